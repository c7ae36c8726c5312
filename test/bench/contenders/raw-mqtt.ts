/** The contender that costs least: MQTT.js alone. A process of its own, given its endpoint as JSON. */
import { Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { ClosedLoop } from '../closed-loop.ts';
import { type BenchEndpoint, largestRequestId, sample, sampleTopic } from '../endpoint.ts';
import { serve } from '../serve.ts';

const endpoint = JSON.parse(process.argv[2] ?? '') as BenchEndpoint;
const { url, qos } = endpoint;
const topic = sampleTopic(endpoint);

const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, queueQoSZero: false });
if (client.stream instanceof Socket) client.stream.setNoDelay(true);
await client.subscribeAsync([`${topic}/+/status`, `${topic}/+/error`], { qos });

const ticketById = new Map<number, number>();
let lastId = 0;

const loop = new ClosedLoop((ticket) => {
  lastId = (lastId % largestRequestId) + 1;
  ticketById.set(lastId, ticket);
  client.publish(`${topic}/${lastId}`, JSON.stringify(sample(ticket)), { qos });
});

client.on('message', (answer) => {
  const [, , , , , id, kind] = answer.split('/');
  const requestId = Number(id);
  const ticket = ticketById.get(requestId);
  if (ticket === undefined) return;
  ticketById.delete(requestId);
  if (kind === 'status') loop.settled(ticket);
});

await serve({ loop }, loop.firstTrip());
