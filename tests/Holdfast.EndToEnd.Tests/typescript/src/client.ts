import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Email } from './email';
import { decide, emailSupport, stage } from './workflows';

/**
 * One call of the official client. Arguments: server address, task queue, then one of
 *   start EMAIL-JSON | stage ID | decide ID APPROVER | result ID | replay ID
 * Prints its answer as one line of JSON.
 */
async function main(): Promise<unknown> {
  const [address, taskQueue, verb, argument, approver] = process.argv.slice(2);
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    switch (verb) {
      case 'start': {
        const email = JSON.parse(argument) as Email;
        const handle = await client.workflow.start(emailSupport, { workflowId: email.id, taskQueue, args: [email] });
        return handle.firstExecutionRunId;
      }
      case 'stage':
        return await client.workflow.getHandle(argument).query(stage);
      case 'decide':
        return await client.workflow.getHandle(argument).signal(decide, { approved: true, by: approver });
      case 'result':
        return await client.workflow.getHandle<typeof emailSupport>(argument).result();
      case 'replay': {
        const history = await client.workflow.getHandle(argument).fetchHistory();
        // Throws when the workflow's code does not lead to exactly these events.
        await Worker.runReplayHistory({ workflowsPath: require.resolve('./workflows') }, history, argument);
        return history.events?.length;
      }
      default:
        throw new Error(`Unknown verb ${verb}`);
    }
  } finally {
    await connection.close();
  }
}

main().then(
  (answer) => console.log(JSON.stringify(answer ?? null)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
