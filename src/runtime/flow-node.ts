/**
 * The one way in which a flow node of ours lives: it registers with its endpoint, every message ends in `done()` or in
 * `done(err)`, and closing waits a bounded time for what is under way.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { addressKey, type EndpointAddress, type Sender, type Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ConnectionStatus } from '../client/connection.ts';
import { asError, KaaConfigError, KaaError, KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import type { Commands } from '../extensions/commands.ts';
import type { Forwarder } from '../extensions/forwarder.ts';
import type { Store } from '../store/store.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointNode, findEndpoint } from './endpoint-node.ts';
import { type ChosenEndpoints, closeDeadline, type EndpointSession } from './endpoint-session.ts';
import type { EndpointUser } from './endpoint-users.ts';
import { inUserLanguage, wordsOf } from './error-language.ts';
import { ErrorLimit } from './error-limit.ts';
import { whenFlowsStarted, whenStopping } from './flow-events.ts';
import { addressProperties, type FlowMessage } from './messages.ts';
import { type KaaStatus, NodeStatus } from './node-status.ts';
import type { Properties } from './properties.ts';
import { presentProperties } from './saved-node.ts';
import { sharedTexts, type Texts } from './texts.ts';

/** What a node works with. */
export interface FlowNodeContext {
  readonly endpoint: Endpoint;
  readonly client: KaaClient;
  readonly sender: Sender;
  /** Hears for the node also when a deploy has replaced it. */
  readonly lastingSender: Sender;
  readonly store: Store;
  /** Forwards stored samples. */
  readonly forwarder: Forwarder;
  readonly commands: Commands;
  /** Sends a new message that belongs to an endpoint. */
  readonly emit: (address: EndpointAddress, properties: Partial<FlowMessage>) => void;
  /** Tells Catch of an error that belongs to no message, but maybe to an endpoint. */
  readonly raise: (address: EndpointAddress | undefined, error: Error) => void;
  /** Shows how the last try to observe a resource path ended, and tells Catch of each change of the reason. */
  readonly observing: (address: EndpointAddress, path: string, error: unknown) => void;
  /** The node receives for an endpoint, until the returned function is called. */
  readonly serving: (address: EndpointAddress) => () => void;
  /** What messages have chosen to be received for, by address; it outlives a deploy. */
  readonly chosen: ChosenEndpoints;
  /** An endpoint is not observed any more. */
  readonly notObserving: (address: EndpointAddress) => void;
}

/** Hears what became of a message: one of both is called, once. */
export interface MessageEnd {
  /** @param outcome what leaves the node; undefined where nothing does */
  succeeded(outcome: FlowMessage | undefined): void;
  failed(error: unknown): void;
}

/** Handles messages of which few are under way at a time. */
export function promised(
  handle: (message: FlowMessage) => Promise<FlowMessage | undefined>,
): (message: FlowMessage, end: MessageEnd) => void {
  return (message, end) => {
    handle(message).then(
      (outcome) => end.succeeded(outcome),
      (error: unknown) => end.failed(error),
    );
  };
}

/** What a node does. */
export interface Behaviour {
  /**
   * Handles one message and tells `end` what became of it, also after closing; may throw any error instead. Absent where
   * the node takes no messages.
   */
  readonly input?: (message: FlowMessage, end: MessageEnd) => void;
  /** The flows run: what the node emits is received from now on. */
  readonly start?: () => void;
  /** Takes no more input, and sends what it still holds. */
  readonly close?: () => void;
  /** Whether it stores samples, whose forwarding its status shows. */
  readonly stores?: boolean;
}

/**
 * Starts a flow node. Where the node cannot work (`prepare` throws, or there is no endpoint), its status says why and
 * every message fails with KAA_CONFIG.
 * @param definition as it was saved, by this version of the package or another one
 * @param prepare reads the node's settings, and gives what makes its behaviour once it is registered
 */
export function startFlowNode(
  RED: NodeAPI,
  node: Node,
  definition: Properties,
  prepare: (properties: Properties) => (context: FlowNodeContext) => Behaviour,
): void {
  let endpointNode: EndpointNode | undefined;
  try {
    const properties = presentProperties(node.type, definition);
    const create = prepare(properties);
    endpointNode = findEndpoint(RED, properties['endpoint']);
    new RunningNode(RED, node, endpointNode).start(create);
  } catch (error) {
    const told = inUserLanguage(asError(error), sharedTexts(RED));
    if (endpointNode?.connection.hasTold(error) !== true) node.error(told.message);
    refuseInput(RED, node, error);
  }
}

function refuseInput(RED: NodeAPI, node: Node, error: unknown): void {
  const reason =
    error instanceof KaaConfigError
      ? error
      : new KaaConfigError(wording('config.other', { reason: asError(error).message }));
  const kaa = { state: 'offline', reason: reason.code, backlog: 0, oldestAgeS: 0, inFlight: 0 } satisfies KaaStatus;
  const status = { fill: 'red', shape: 'ring', text: sharedTexts(RED)('status.error.KAA_CONFIG'), kaa } as const;
  node.on('input', (_message, _send, done) => done(reason));
  node.on(
    'close',
    whenFlowsStarted(RED, () => node.status(status)),
  );
}

type Send = (message: FlowMessage) => void;
type Done = (error?: Error) => void;

/** A hundred thousand of them may wait: it holds no more than it must. */
class MessageUnderWay implements MessageEnd {
  readonly #node: RunningNode;
  readonly #number: number;
  readonly #send: Send;
  readonly #done: Done;

  constructor(node: RunningNode, number: number, send: Send, done: Done) {
    this.#node = node;
    this.#number = number;
    this.#send = send;
    this.#done = done;
  }

  succeeded(outcome: FlowMessage | undefined): void {
    this.#node.succeeded(this.#number, outcome, this.#send, this.#done);
  }

  failed(error: unknown): void {
    this.#node.failed(error, this.#done);
  }
}

class RunningNode implements EndpointUser {
  readonly nodeId: string;
  readonly flowId: string;
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #endpointNode: EndpointNode;
  readonly #endpoint: Endpoint;
  readonly #session: EndpointSession;
  readonly #status: NodeStatus;
  readonly #errorLimit: ErrorLimit;
  readonly #texts: Texts;
  /** Counts the messages that came in. */
  #messages = 0;
  #underWay = 0;
  /** Outcomes that wait for the new nodes to receive them. */
  #late: (() => void)[] | undefined;
  /** Why resources are not observed: by endpoint, and by resource path. */
  readonly #troubles = new Map<string, Map<string, Error>>();
  #idle: (() => void) | undefined;

  constructor(RED: NodeAPI, node: Node, endpointNode: EndpointNode) {
    this.nodeId = node.id;
    this.flowId = node.z;
    this.#RED = RED;
    this.#node = node;
    this.#endpointNode = endpointNode;
    const { connection } = endpointNode;
    this.#endpoint = connection.endpoint;
    const session = connection.register(this);
    this.#session = session;
    const texts = sharedTexts(RED);
    this.#texts = texts;
    this.#errorLimit = new ErrorLimit((count) => node.warn(texts('log.errorsLeftOut', { count })));
    const { client, store, forwarder } = session;
    this.#status = new NodeStatus(node, texts, client.status, () => ({
      inFlight: client.inFlight,
      trouble: client.trouble,
      backlog: store.outbox.backlog,
      forwardingTrouble: forwarder.trouble,
      isHeld: forwarder.held,
    }));
  }

  start(create: (context: FlowNodeContext) => Behaviour): void {
    const behaviour = this.#create(create);
    const { users, connection } = this.#endpointNode;
    users[this.#node.id] = this.#node;
    const notStarted = whenFlowsStarted(this.#RED, () => {
      this.#status.start(behaviour.stores === true);
      try {
        behaviour.start?.();
      } catch (error) {
        this.raise(undefined, asError(error));
      }
    });
    this.#node.on('input', (message, send, done) => this.#handle(behaviour, message, send, done));
    let stopping: 'some' | 'all' = 'all';
    const notStopping = whenStopping(this.#RED, (scope) => {
      stopping = scope;
    });
    this.#node.on('close', (_removed: boolean, done: () => void) => {
      notStarted();
      notStopping();
      if (stopping === 'some') this.#deferOutcomes();
      delete users[this.#node.id];
      connection.leaving(this.#session);
      const closed = this.#close(behaviour).catch((error: unknown) => this.#node.warn(this.#told(error).message));
      void closed.finally(done);
    });
  }

  #create(create: (context: FlowNodeContext) => Behaviour): Behaviour {
    const { client, store, forwarder, commands } = this.#session;
    try {
      return create({
        endpoint: this.#endpoint,
        client,
        sender: this,
        lastingSender: this.#session.senderFor(this.nodeId),
        store,
        forwarder,
        commands,
        emit: (address, properties) => this.#emit(address, properties),
        raise: (address, error) => this.#raiseLimited(address, error),
        serving: (address) => this.#endpointNode.connection.serving(this.#session, address),
        observing: (address, path, error) => this.#observing(address, path, error),
        chosen: this.#session.chosenBy(this.nodeId),
        notObserving: (address) => this.#notObserving(address),
      });
    } catch (error) {
      void this.#endpointNode.connection.deregister(this.#session, this, closeDeadline);
      throw error;
    }
  }

  statusChanged(status: ConnectionStatus): void {
    this.#status.connection(status);
  }

  /** An error that belongs to no message: a new one tells Catch of it. */
  unexpectedError(target: Target, error: Error): void {
    this.#raiseLimited(target, error);
  }

  #raiseLimited(address: EndpointAddress | undefined, error: Error): void {
    this.#session.errors.add(this.#told(error));
    if (this.#errorLimit.admit()) this.raise(address, error);
  }

  raise(address: EndpointAddress | undefined, error: Error, properties: Partial<FlowMessage> = {}): void {
    this.#status.failed(error, this.#messages);
    const ofAddress = address === undefined ? {} : addressProperties(address, this.#endpoint);
    this.#node.error(this.#told(error), this.#newMessage({ ...ofAddress, ...properties }));
  }

  storeChanged(): void {
    this.#status.storeChanged();
  }

  troubleChanged(): void {
    this.#status.troubleChanged();
  }

  #emit(address: EndpointAddress, properties: Partial<FlowMessage>): void {
    this.#messages += 1;
    this.#status.succeeded(this.#messages);
    this.#node.send(this.#newMessage({ ...addressProperties(address, this.#endpoint), ...properties }));
  }

  #observing(address: EndpointAddress, path: string, error: unknown): void {
    const key = addressKey(address);
    const troubles = this.#troubles.get(key) ?? new Map<string, Error>();
    const before = troubles.get(path);
    if (error === undefined) troubles.delete(path);
    else {
      const trouble = this.#told(error);
      troubles.set(path, trouble);
      if (reasonOf(before) !== reasonOf(trouble) && this.#errorLimit.admit()) {
        this.#session.errors.add(trouble);
        this.#node.error(trouble, this.#newMessage(addressProperties(address, this.#endpoint)));
      }
    }
    if (troubles.size > 0) this.#troubles.set(key, troubles);
    else this.#troubles.delete(key);
    this.#showTrouble();
  }

  #notObserving(address: EndpointAddress): void {
    if (this.#troubles.delete(addressKey(address))) this.#showTrouble();
  }

  #showTrouble(): void {
    const [troubles = new Map<string, Error>()] = this.#troubles.values();
    const [trouble] = troubles.values();
    this.#status.observing(trouble);
  }

  #handle({ input = takesNoMessages }: Behaviour, message: NodeMessageInFlow, send: Send, done: Done): void {
    this.#messages += 1;
    this.#underWay += 1;
    const end = new MessageUnderWay(this, this.#messages, send, done);
    try {
      input(message, end);
    } catch (error) {
      end.failed(error);
    }
  }

  /** @param number of the message among those that came in */
  succeeded(number: number, outcome: FlowMessage | undefined, send: Send, done: Done): void {
    this.#status.succeeded(number);
    this.#report(undefined, () => {
      if (outcome !== undefined) send(outcome);
      done();
    });
    this.#ended();
  }

  failed(thrown: unknown, done: Done): void {
    const error = this.#told(asKaaError(thrown));
    this.#status.failed(error, this.#messages);
    this.#session.errors.add(error);
    this.#report(error, () => done(error));
    this.#ended();
  }

  #ended(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#idle?.();
  }

  /**
   * Node-RED copies messages for Catch, Complete and several wires; what cannot be copied must not end the process.
   * @param failure what the outcome is, unless the message succeeded; told to Catch with an empty message where it cannot
   *   be reported with its own
   */
  #report(failure: Error | undefined, outcome: () => void): void {
    if (this.#late !== undefined) {
      this.#late.push(() => this.#report(failure, outcome));
      return;
    }
    try {
      outcome();
    } catch {
      const error = failure ?? new Error(wordsOf(wording('message.notCopied'), this.#texts));
      this.#node.error(error, this.#newMessage({}));
    }
  }

  /**
   * Where some nodes are replaced, this one's Catch and Complete nodes may be among them, and hear of nothing until the
   * new ones run.
   */
  #deferOutcomes(): void {
    this.#late = [];
    whenFlowsStarted(this.#RED, () => {
      const outcomes = this.#late ?? [];
      this.#late = undefined;
      for (const report of outcomes) report();
    });
  }

  #told(thrown: unknown): Error {
    return inUserLanguage(asError(thrown), this.#texts);
  }

  #newMessage(properties: Partial<FlowMessage>): FlowMessage {
    return { _msgid: this.#RED.util.generateId(), ...properties };
  }

  async #close(behaviour: Behaviour): Promise<void> {
    const deadline = performance.now() + closeDeadline;
    behaviour.close?.();
    if (this.#underWay > 0) await this.#settled();
    this.#status.close();
    this.#errorLimit.close();
    await this.#endpointNode.connection.deregister(this.#session, this, Math.max(0, deadline - performance.now()));
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, closeDeadline);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Flows give objects that cannot even be looked at: that is the message's fault. */
function asKaaError(thrown: unknown): KaaError {
  const error = asError(thrown);
  if (error instanceof KaaError) return error;
  const reason = wording('reason.unreadable', { reason: error.message });
  return new KaaInvalidError(wording('subject.message'), [{ path: '', reason }]);
}

function takesNoMessages(): never {
  throw new KaaInvalidError(wording('subject.message'), [{ path: '', reason: wording('reason.notTaken') }]);
}

/** What has to change for a failure to be told again. */
function reasonOf(error: Error | undefined): string | undefined {
  return error instanceof KaaError ? `${error.code} ${error.cause.statusCode ?? ''}` : error?.message;
}
