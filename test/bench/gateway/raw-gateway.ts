/**
 * What a gateway costs at least: MQTT.js alone, with the same packets. A process of its own, given its gateway as JSON.
 */
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { ClosedLoop } from '../closed-loop.ts';
import { largestRequestId, sample, sampleTopic } from '../endpoint.ts';
import { serve } from '../serve.ts';
import { commandFilters, commandTopic, type Gateway, observeWindow, sampleFilters, tokensOf } from './endpoints.ts';

/** As the client of the nodes does it. */
const filtersPerPacket = 30;
const packetsAtATime = 8;

/** Milliseconds from the end of a connection to the next one. */
const reconnectPause = 100;

const observe = JSON.stringify({ observe: true });

const gateway = JSON.parse(process.argv[2] ?? '') as Gateway;
const tokens = tokensOf(gateway);
const topics = tokens.map((token) => sampleTopic({ token }));

/** By the topic of the request. */
const answered = new Map<string, () => void>();
/** Topics to whose answers the present connection subscribes. */
const subscribed = new Set<string>();
let client: MqttClient;
let lastId = 0;

function request(topic: string, payload: string, outcome: () => void): void {
  lastId = (lastId % largestRequestId) + 1;
  const withId = `${topic}/${lastId}`;
  answered.set(withId, outcome);
  client.publish(withId, payload, { qos: 0 });
}

async function connect(): Promise<void> {
  client = await connectAsync(gateway.url, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
  });
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  client.on('message', (topic) => {
    const end = topic.lastIndexOf('/');
    const requested = topic.slice(0, end);
    const outcome = answered.get(requested);
    if (outcome === undefined) return;
    answered.delete(requested);
    if (topic.slice(end) === '/status') outcome();
  });
  client.once('close', () => {
    answered.clear();
    subscribed.clear();
    void sleep(reconnectPause).then(connect);
  });
  await subscribeAll(tokens.flatMap(commandFilters));
  await observeAll();
}

async function subscribeAll(filters: readonly string[]): Promise<void> {
  const starts = Array.from({ length: Math.ceil(filters.length / filtersPerPacket) }, (_, i) => i * filtersPerPacket);
  await inTurn(packetsAtATime, starts, async (start) => {
    await client.subscribeAsync(filters.slice(start, start + filtersPerPacket), { qos: 0 });
  });
}

async function observeAll(): Promise<void> {
  await inTurn(observeWindow, tokens, (token) => {
    return new Promise<void>((resolve) => request(commandTopic(token), observe, resolve));
  });
}

/** Does something for all items, for some at a time. */
async function inTurn<Item>(
  atATime: number,
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await task(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

const loop = new ClosedLoop((ticket) => {
  const topic = topics[ticket % topics.length] ?? '';
  if (!subscribed.has(topic)) {
    subscribed.add(topic);
    client.subscribe([...sampleFilters(topic)], { qos: 0 });
  }
  request(topic, JSON.stringify(sample(ticket)), () => loop.settled(ticket));
});

void connect();
await serve({ loop }, Promise.resolve());
