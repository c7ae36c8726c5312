/** Which endpoints a receiving node serves: the endpoint's own, those of its list, and those that messages name. */
import { addressKey, type EndpointAddress } from '../client/channel.ts';
import { asError, englishOf, KaaConfigError, KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import { readEndpointTokens } from './endpoint-tokens.ts';
import { type Behaviour, type FlowNodeContext, promised } from './flow-node.ts';
import { addressOf, type FlowMessage, ownAddress } from './messages.ts';

export interface ReceivingOptions {
  /** Evaluates the list of further endpoints; undefined where the node has none. */
  readonly tokens: (() => Promise<unknown>) | undefined;
  /** Takes messages with `msg.action`. */
  readonly dynamic: boolean;
}

interface Served {
  readonly stop: () => void;
  readonly origin: 'fixed' | 'listed';
}

/**
 * @param serve starts receiving for an endpoint; returns what ends it
 * @throws {KaaConfigError} there is no endpoint to serve
 */
export function receiveFor(
  context: FlowNodeContext,
  options: ReceivingOptions,
  serve: (address: EndpointAddress) => () => void,
): Behaviour {
  const { token } = context.endpoint;
  const own = token === undefined ? undefined : ownAddress(context.endpoint);
  if (own === undefined && options.tokens === undefined && !options.dynamic) {
    throw new KaaConfigError(wording('config.nobodyServed'));
  }
  if (!options.dynamic) context.chosen.clear();
  const served = new ServedEndpoints(context, serve);
  const list = options.tokens === undefined ? undefined : new EndpointListWatch(context, options.tokens, served);
  return {
    start() {
      if (own !== undefined) served.add(own, 'fixed');
      for (const { address, action } of context.chosen.values()) if (action === 'observe') served.add(address, 'fixed');
      list?.start();
    },
    ...(options.dynamic ? { input: promised((message) => served.act(message)) } : {}),
    close() {
      list?.stop();
      served.close();
    },
  };
}

/** Evaluates the list at the start and at every connect. */
class EndpointListWatch {
  readonly #context: FlowNodeContext;
  readonly #tokens: () => Promise<unknown>;
  readonly #served: ServedEndpoints;
  #unwatch = (): void => {};
  /** Counts the evaluations: only the newest one counts. */
  #evaluations = 0;
  /** What was last told to be wrong with the list. */
  #told: string | undefined;

  constructor(context: FlowNodeContext, tokens: () => Promise<unknown>, served: ServedEndpoints) {
    this.#context = context;
    this.#tokens = tokens;
    this.#served = served;
  }

  start(): void {
    this.#unwatch = this.#context.client.onStatus(({ state }) => {
      if (state === 'connected') void this.#evaluate();
    });
    void this.#evaluate();
  }

  stop(): void {
    this.#unwatch();
    this.#evaluations += 1;
  }

  async #evaluate(): Promise<void> {
    this.#evaluations += 1;
    const number = this.#evaluations;
    try {
      const value = await this.#tokens();
      if (number !== this.#evaluations) return;
      const { addresses, problems } = readEndpointTokens(value, this.#context.endpoint.appVersion);
      this.#served.replaceList(addresses);
      if (problems.length > 0) throw new KaaInvalidError(wording('subject.tokens'), problems);
      this.#told = undefined;
    } catch (error) {
      if (number !== this.#evaluations) return;
      const failure = asError(error);
      const told = englishOf(failure);
      if (told !== this.#told) this.#context.raise(undefined, failure);
      this.#told = told;
    }
  }
}

class ServedEndpoints {
  readonly #context: FlowNodeContext;
  readonly #serve: (address: EndpointAddress) => () => void;
  readonly #served = new Map<string, Served>();
  #listed: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(context: FlowNodeContext, serve: (address: EndpointAddress) => () => void) {
    this.#context = context;
    this.#serve = serve;
  }

  /** @param origin `listed`: it goes when it stands in the list no more */
  add(address: EndpointAddress, origin: 'fixed' | 'listed'): void {
    const key = addressKey(address);
    const known = this.#served.get(key);
    if (this.#closed || (known !== undefined && origin === 'listed')) return;
    const stop = known?.stop ?? this.#start(address);
    this.#served.set(key, { stop, origin });
  }

  replaceList(addresses: readonly EndpointAddress[]): void {
    const listed = new Set(addresses.map(addressKey));
    this.#listed = listed;
    const { chosen } = this.#context;
    for (const [key, { action }] of chosen) if (action === 'unobserve' && !listed.has(key)) chosen.delete(key);
    for (const [key, { origin, stop }] of this.#served) {
      if (origin === 'fixed' || listed.has(key)) continue;
      this.#served.delete(key);
      stop();
    }
    for (const address of addresses) {
      if (chosen.get(addressKey(address))?.action !== 'unobserve') this.add(address, 'listed');
    }
  }

  /** Handles `msg.action`. */
  act(message: FlowMessage): Promise<undefined> {
    const { action } = message;
    const address = addressOf(message, this.#context.endpoint);
    const key = addressKey(address);
    const { chosen } = this.#context;
    if (action === 'observe') {
      chosen.set(key, { address, action });
      this.add(address, 'fixed');
    } else if (action === 'unobserve') {
      // Else the next look at the list would bring it back.
      if (this.#listed.has(key)) chosen.set(key, { address, action });
      else chosen.delete(key);
      this.#served.get(key)?.stop();
      this.#served.delete(key);
    } else throw new KaaInvalidError('msg.action', [{ path: '', reason: wording('reason.noAction') }]);
    return Promise.resolve(undefined);
  }

  close(): void {
    this.#closed = true;
    for (const { stop } of this.#served.values()) stop();
    this.#served.clear();
  }

  #start(address: EndpointAddress): () => void {
    const notServing = this.#context.serving(address);
    const end = this.#serve(address);
    return () => {
      notServing();
      end();
      this.#context.notObserving(address);
    };
  }
}
