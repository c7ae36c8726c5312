/** What receiving commands costs at least: MQTT.js alone. A process of its own, given the endpoint as JSON. */
import { Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import type { BenchEndpoint } from '../endpoint.ts';
import { commandFilters } from '../gateway/endpoints.ts';
import { serve } from '../serve.ts';
import { Receiver } from './receiver.ts';
import type { Command } from './pushes.ts';

const { url, token, qos } = JSON.parse(process.argv[2] ?? '') as BenchEndpoint;

const receiver = new Receiver();
const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
if (client.stream instanceof Socket) client.stream.setNoDelay(true);
client.on('message', (_topic, payload) => {
  for (const command of JSON.parse(payload.toString()) as readonly Command[]) {
    receiver.received(command.payload.sequence);
  }
});
await client.subscribeAsync([...commandFilters(token)], { qos });

await serve({ receiver }, Promise.resolve());
