/** A mail from a customer. `needsHuman` stands for what a model would find out about it. */
export interface Email {
  id: string;
  from: string;
  subject: string;
  body: string;
  needsHuman: boolean;
}

export interface Classification {
  category: string;
  needsHuman: boolean;
}

export interface Decision {
  approved: boolean;
  by: string;
}

export interface Outcome {
  sent: boolean;
  draft: string;
  approvedBy: string | null;
}

export type Stage = 'classifying' | 'drafting' | 'asking' | 'waiting-for-approval' | 'sending' | 'done';
