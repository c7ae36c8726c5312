/** What receiving commands costs at least: MQTT.js alone. A process of its own, given its gateway as JSON. */
import { Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { commandFilters, type Gateway, tokensOf } from '../gateway/endpoints.ts';
import { serve } from '../serve.ts';
import { Receiver } from './receiver.ts';
import type { Command } from './pushes.ts';

const gateway = JSON.parse(process.argv[2] ?? '') as Gateway;

const receiver = new Receiver();
const client = await connectAsync(gateway.url, { protocolVersion: 4, reconnectPeriod: 0 });
if (client.stream instanceof Socket) client.stream.setNoDelay(true);
client.on('message', (_topic, payload) => {
  for (const command of JSON.parse(payload.toString()) as readonly Command[]) {
    receiver.received(command.payload.sequence);
  }
});
await client.subscribeAsync(tokensOf(gateway).flatMap(commandFilters), { qos: 0 });

await serve({ receiver }, Promise.resolve());
