// Tells one run to Langfuse through the official SDK: node tell.mjs SEED
// The address and the keys are in LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY. Prints the ids that it made, as JSON.
import { createHash } from 'node:crypto';
import { LangfuseClient } from '@langfuse/client';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { createTraceId, propagateAttributes, startObservation } from '@langfuse/tracing';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const seed = process.argv[2];
const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor({ environment: 'test', release: '7' })] });
provider.register();
const langfuse = new LangfuseClient();

const prompt = await langfuse.prompt.get('support/draft', { label: 'production' });
const traceId = await createTraceId(seed);
const parentSpanContext = { traceId, spanId: createHash('sha256').update(`${seed}|root`).digest('hex').slice(0, 16), traceFlags: 1 };
const start = new Date(Date.UTC(2026, 10, 23, 8, 0, 0, 250));
let spanId;
await propagateAttributes(
  { userId: 'ada', sessionId: 'w', traceName: 'Agent', tags: ['support', 'default'], metadata: { tenant: 'default' } },
  async () => {
    const generation = startObservation(
      'chat claude-sonnet-5-5',
      {
        input: [{ role: 'user', content: 'Where is my "order" ü?' }],
        output: { role: 'assistant', content: 'On its way.' },
        level: 'WARNING',
        statusMessage: 'slow',
        metadata: { attempt: '1' },
        model: 'claude-sonnet-5-5',
        modelParameters: { max_tokens: 4096 },
        usageDetails: { input: 10, output: 7, input_cache_read: 3000 },
        costDetails: { total: 0.0000901 },
        completionStartTime: new Date(start.getTime() + 500),
        prompt: { name: prompt.name, version: prompt.version, isFallback: prompt.isFallback },
      },
      { asType: 'generation', startTime: start, parentSpanContext },
    );
    generation.end(new Date(start.getTime() + 1500));
    spanId = generation.otelSpan.spanContext().spanId;
    startObservation('FindOrder', { input: { number: 7 }, output: { state: 'late' } }, { asType: 'tool', startTime: start, parentSpanContext }).end(start);
  },
);
langfuse.score.create({ id: `${traceId}-approval`, traceId, observationId: spanId, name: 'approval', value: 'approved', dataType: 'CATEGORICAL', comment: 'fine' });
await langfuse.flush();
await provider.forceFlush();
await provider.shutdown();
console.log(JSON.stringify({ traceId, spanId, prompt: prompt.prompt, compiled: prompt.compile({ name: 'Ada' }) }));
