import { Context } from '@temporalio/activity';

/** Pays an order back. A payment service takes the key and pays once, however often a crash makes the activity try. */
export async function pay(order: number, text: string): Promise<string> {
  const key = `${Context.current().info.workflowExecution?.workflowId}/pay`;
  return `paid order ${order}: ${text} (idempotency key ${key})`;
}
