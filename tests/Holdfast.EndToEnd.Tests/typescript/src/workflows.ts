import { condition, defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type * as activities from './activities';
import type { Decision, Email, Outcome, Stage } from './email';

const { classifyEmail, generateDraft, sendForApproval, sendEmail } = proxyActivities<typeof activities>({
  startToCloseTimeout: '5 minutes',
});

export const decide = defineSignal<[Decision]>('decide');
export const stage = defineQuery<Stage>('stage');

/** Classify, draft, wait for a human where one is needed, send. */
export async function emailSupport(email: Email): Promise<Outcome> {
  let now: Stage = 'classifying';
  let decision: Decision | undefined;
  setHandler(stage, () => now);
  // The first decision counts: a second approver cannot change what may already have been sent.
  setHandler(decide, (made) => void (decision ??= made));

  const classification = await classifyEmail(email);
  now = 'drafting';
  const draft = await generateDraft(email, classification);

  if (classification.needsHuman) {
    now = 'asking';
    await sendForApproval(email, draft);
    now = 'waiting-for-approval';
    await condition(() => decision !== undefined);
    if (!decision!.approved) {
      now = 'done';
      return { sent: false, draft, approvedBy: null };
    }
  }

  now = 'sending';
  await sendEmail(email, draft);
  now = 'done';
  return { sent: true, draft, approvedBy: decision?.by ?? null };
}
