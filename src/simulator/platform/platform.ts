import { STATUS_CODES } from 'node:http';
import { resourcePath, resources, type ResourceKey } from '../../protocol/resources.ts';
import { buildTopic, parseTopic, type Topic } from '../../protocol/topic.ts';
import { Changes } from './changes.ts';
import { CommandIds } from './command-ids.ts';
import { Endpoints, type Endpoint, type EndpointBounds } from './endpoints.ts';
import { EventFeed } from './events.ts';
import { FaultList, type Fault } from './faults.ts';
import type { Message, Transport } from './message.ts';
import { ignored, rejected, type Outcome } from './outcome.ts';
import { processRequest, topicProblem } from './process-request.ts';
import { usualVariants, type Variants } from './variants.ts';

/** MQTT 3.1.1, 1.5.3: a string has at most 65,535 bytes, and an answer's topic is the request's and `/status`. */
const longestRequestTopic = 65_535 - '/status'.length;

/** A push is sent once; a subscription or a broker lowers it where the endpoint wants less. */
const pushQos = 1;

const nowhere: Transport = { send: () => false, disconnect: () => undefined };

/** A request on its way through the platform. */
interface Incoming {
  readonly connection: string;
  readonly message: Message;
  readonly topic: Topic;
  /** Why no endpoint can be meant. */
  readonly problem: string | undefined;
}

/** The Kaa platform: takes what endpoints publish, keeps their state, answers. Knows nothing of how messages travel. */
export class Platform {
  readonly changes = new Changes();
  readonly endpoints: Endpoints;
  readonly faults = new FaultList(this.changes);
  readonly events = new EventFeed(this.changes);
  readonly commandIds = new CommandIds();
  readonly #variants: Variants;
  readonly #clientIds = new Map<string, string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #transport = nowhere;

  constructor(bounds: EndpointBounds, variants: Variants = usualVariants) {
    this.endpoints = new Endpoints(bounds, this.changes);
    this.#variants = variants;
  }

  /** Says how answers travel. */
  attach(transport: Transport): void {
    this.#transport = transport;
  }

  connectionOpened(connection: string, clientId: string): void {
    this.#clientIds.set(connection, clientId);
    this.endpoints.connectionOpened(connection);
    this.events.connection('connect', connection, clientId);
  }

  connectionClosed(connection: string): void {
    const clientId = this.#clientIds.get(connection);
    if (clientId === undefined) return;
    this.#clientIds.delete(connection);
    this.endpoints.connectionClosed(connection);
    this.events.connection('disconnect', connection, clientId);
  }

  /** Takes whatever a client published. */
  receive(connection: string, message: Message): void {
    const topic = parseTopic(message.topic);
    if (topic?.kind !== 'request' || Buffer.byteLength(message.topic) > longestRequestTopic) {
      this.events.message('in', connection, message, { outcome: 'ignored' });
      return;
    }
    const incoming = { connection, message, topic, problem: topicProblem(topic) };
    if (incoming.problem === undefined) this.endpoints.spoke(topic.token, topic.appVersion, connection);

    const fault = this.faults.take(topic);
    if (fault?.action === 'delay') {
      this.events.message('in', connection, message, { fault: fault.action });
      this.#after(fault.delayMs, () => this.#answer(incoming, this.#process(incoming)));
      return;
    }
    const outcome = fault === undefined ? this.#process(incoming) : faultyOutcome(fault);
    this.events.message('in', connection, message, {
      outcome: outcome.kind,
      ...(fault === undefined ? {} : { fault: fault.action }),
    });
    if (fault?.action === 'disconnect') this.#transport.disconnect(connection);
    this.#answer(incoming, outcome);
  }

  /**
   * Sends an endpoint what it did not ask for now, on the resource's `/status`. False where that is not done: the
   * endpoint has not spoken yet, wants no pushes of the resource, or is not connected.
   */
  push(endpoint: Endpoint, key: ResourceKey, name: string, body: unknown): boolean {
    const { connection, appVersion, token, observation } = endpoint;
    const { extension } = resources[key];
    const path = resourcePath(resources[key], name);
    if (connection === undefined || !observation.wantsPushes(extension, path)) return false;
    const requestId = this.#variants.pushWithRequestId ? observation.lastRequestId(extension, path) : undefined;
    const topic = { kind: 'status', appVersion, extension, token, path } as const;
    const text = buildTopic(requestId === undefined ? topic : { ...topic, requestId });
    return this.#send({ topic: text, payload: json(body), qos: pushQos }, connection);
  }

  /** Cancels what is delayed, and tells nobody anything any more. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#transport = nowhere;
    this.events.close();
  }

  #process({ connection, message, topic, problem }: Incoming): Outcome {
    if (problem !== undefined) return rejected(400, problem);
    const endpoint =
      this.endpoints.find(topic.token) ?? this.endpoints.spoke(topic.token, topic.appVersion, connection);
    return processRequest(endpoint, topic, message.payload, this.#variants, this.changes);
  }

  /** Failures are always answered; of successes the outcome says when. */
  #answer({ connection, message, topic }: Incoming, outcome: Outcome): void {
    if (outcome.kind === 'ignored') return;
    const receiver = this.endpoints.find(topic.token)?.connection ?? connection;
    if (outcome.kind === 'rejected') {
      const { statusCode, reasonPhrase } = outcome;
      const answer = { topic: `${message.topic}/error`, payload: json({ statusCode, reasonPhrase }), qos: message.qos };
      this.#send(answer, receiver, statusCode);
    } else if (outcome.told === 'always' || (outcome.told === 'if-asked' && topic.requestId !== undefined)) {
      const payload = outcome.body === undefined ? Buffer.alloc(0) : json(outcome.body);
      const sent = this.#send({ topic: `${message.topic}/status`, payload, qos: message.qos }, receiver);
      if (sent) outcome.delivered?.();
    }
  }

  #send(message: Message, connection: string, statusCode?: number): boolean {
    const sent = this.#transport.send(message, connection);
    this.events.message('out', connection, message, {
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(sent ? {} : { outcome: 'undeliverable' }),
    });
    return sent;
  }

  #after(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

function json(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}

function faultyOutcome(fault: Fault): Outcome {
  if (fault.action !== 'error') return ignored;
  const statusCode = fault.statusCode ?? 500;
  return rejected(statusCode, fault.reasonPhrase ?? STATUS_CODES[statusCode] ?? 'Error');
}
