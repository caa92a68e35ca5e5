// A TypeScript workflow that asks people for approval, in the same inbox as everybody else's.
//
//   dotnet run --project src/Holdfast.EmailSupport          any worker with AddApprovals() will do; this one has server and dashboard, too
//   npm ci && npm start -- 7                                then decide on http://localhost:8233/approvals
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import * as activities from './activities';
import { refund } from './workflows';

async function main(): Promise<void> {
  const address = process.env.TEMPORAL_ADDRESS ?? 'localhost:7233';
  const approvalQueue = process.env.APPROVAL_TASK_QUEUE ?? 'email-support';
  const order = Number(process.argv[2] ?? 7);
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({ connection, taskQueue: 'refunds', activities, workflowsPath: require.resolve('./workflows') });
  // Started again, the program waits for the refund that is under way.
  const outcome = await worker.runUntil(async () => {
    const handle = await client.workflow.start(refund, {
      workflowId: `refund-${order}`, taskQueue: 'refunds', args: [order, approvalQueue], workflowIdConflictPolicy: 'USE_EXISTING',
    });
    console.log('asked');
    return await handle.result();
  });
  console.log(outcome);
  await client.connection.close();
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
