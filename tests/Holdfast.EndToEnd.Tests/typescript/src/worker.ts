import { NativeConnection, Worker } from '@temporalio/worker';
import * as activities from './activities';

/** Runs until it is killed. Arguments: server address, task queue. Says `ready` once it polls. */
async function main(): Promise<void> {
  const [address, taskQueue] = process.argv.slice(2);
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    activities,
    workflowsPath: require.resolve('./workflows'),
  });
  const running = worker.run();
  console.log('ready');
  await running;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
