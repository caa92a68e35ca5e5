import { Context } from '@temporalio/activity';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Classification, Email } from './email';

// The test reads what happened from this folder: `executions.log` has one line for every attempt of
// every activity, `outbox` one file for every mail that was sent.
const folder = process.env.HOLDFAST_E2E_FOLDER!;

function note(email: Email): void {
  const { activityType, attempt } = Context.current().info;
  appendFileSync(join(folder, 'executions.log'), `${activityType} ${email.id} ${attempt}\n`);
}

export async function classifyEmail(email: Email): Promise<Classification> {
  note(email);
  return { category: email.needsHuman ? 'complaint' : 'question', needsHuman: email.needsHuman };
}

/** Waits while the test holds it back with a file, so that the test can kill the server in the middle. */
export async function generateDraft(email: Email, classification: Classification): Promise<string> {
  note(email);
  while (existsSync(join(folder, `hold-${email.id}`))) await setTimeout(20);
  return `Dear ${email.from}, about your ${classification.category} "${email.subject}": we are on it.`;
}

export async function sendForApproval(email: Email, draft: string): Promise<void> {
  note(email);
  mkdirSync(join(folder, 'approvals'), { recursive: true });
  writeFileSync(join(folder, 'approvals', `${email.id}.txt`), draft);
}

export async function sendEmail(email: Email, draft: string): Promise<void> {
  note(email);
  mkdirSync(join(folder, 'outbox'), { recursive: true });
  // Every execution leaves a file of its own, so that a second send shows.
  writeFileSync(join(folder, 'outbox', `${email.id}-${process.hrtime.bigint()}.eml`), draft);
}
