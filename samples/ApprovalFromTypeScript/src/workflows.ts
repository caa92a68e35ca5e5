import { executeChild, proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

const { pay } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** What the workflow HoldfastApproval takes and returns; all of it is in docs/approvals.md. */
type HoldfastApproval = (request: {
  subject: string;
  content: string;
  context?: { label: string; value: string }[];
  assignees?: string[];
  quorum?: number;
  expireAfter?: string;
  onExpiry?: 'expire' | 'approve' | 'reject';
}) => Promise<{
  approved: boolean;
  content?: string;
  approval: { state: string; decision?: { by: string; comment?: string } };
}>;

/** Asks people before money goes out. It waits for days if need be, and no process has to live through it. */
export async function refund(order: number, approvalQueue: string): Promise<string> {
  const answer = await executeChild<HoldfastApproval>('HoldfastApproval', {
    taskQueue: approvalQueue,
    workflowId: `refund-${order}-approval`,
    args: [
      {
        subject: `Refund of order ${order}`,
        content: '49 euros, by bank transfer',
        context: [{ label: 'Reason', value: 'It came a week late.' }],
        expireAfter: '3d',
        onExpiry: 'reject',
      },
    ],
  });
  // What people approved may be another text than was asked for: it is this one that counts.
  if (!answer.approved || !answer.content) return `not paid: ${answer.approval.state} by ${answer.approval.decision?.by ?? 'nobody'}`;
  return await pay(order, answer.content);
}
