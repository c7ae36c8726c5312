/** Which endpoints a receiving node serves: the endpoint's own, those of its list, and those that messages name. */
import type { EndpointAddress } from '../client/channel.ts';
import { KaaConfigError, KaaInvalidError } from '../protocol/errors.ts';
import { readEndpointTokens } from './endpoint-tokens.ts';
import type { Behaviour, FlowNodeContext } from './flow-node.ts';
import { addressOf, type FlowMessage, ownAddress } from './messages.ts';

export interface ReceivingOptions {
  /** Evaluates the list of further endpoints; undefined where the node has none. */
  readonly tokens: (() => Promise<unknown>) | undefined;
  /** Takes messages with `msg.action`. */
  readonly dynamic: boolean;
}

interface Served {
  readonly stop: () => void;
  /** From the list: it goes when it stands there no more. */
  readonly listed: boolean;
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
  const { token, appVersion } = context.endpoint;
  const own = token === undefined ? undefined : ownAddress(context.endpoint);
  if (own === undefined && options.tokens === undefined && !options.dynamic) {
    throw new KaaConfigError('The kaa-endpoint has no endpoint token; set it there, or name endpoints in this node.');
  }
  const served = new ServedEndpoints(context, serve);
  const evaluate = async (): Promise<void> => {
    try {
      served.replaceList(readEndpointTokens(await options.tokens?.(), appVersion));
    } catch (error) {
      context.raise(undefined, asError(error));
    }
  };
  let unwatch = (): void => {};
  return {
    start() {
      if (own !== undefined) served.add(own, false);
      if (options.tokens === undefined) return;
      unwatch = context.client.onStatus(({ state }) => {
        if (state === 'connected') void evaluate();
      });
      void evaluate();
    },
    ...(options.dynamic ? { input: (message) => served.act(message) } : {}),
    close() {
      unwatch();
      served.close();
    },
  };
}

class ServedEndpoints {
  readonly #context: FlowNodeContext;
  readonly #serve: (address: EndpointAddress) => () => void;
  readonly #served = new Map<string, Served>();
  #closed = false;

  constructor(context: FlowNodeContext, serve: (address: EndpointAddress) => () => void) {
    this.#context = context;
    this.#serve = serve;
  }

  add(address: EndpointAddress, listed: boolean): void {
    const key = keyOf(address);
    if (this.#closed || this.#served.has(key)) return;
    const end = this.#serve(address);
    const stop = (): void => {
      end();
      this.#context.notObserving(address);
    };
    this.#served.set(key, { stop, listed });
  }

  replaceList(addresses: readonly EndpointAddress[]): void {
    const wanted = new Set(addresses.map(keyOf));
    for (const [key, { listed, stop }] of this.#served) {
      if (!listed || wanted.has(key)) continue;
      this.#served.delete(key);
      stop();
    }
    for (const address of addresses) this.add(address, true);
  }

  /** Handles `msg.action`. */
  act(message: FlowMessage): Promise<undefined> {
    const { action } = message;
    const address = addressOf(message, this.#context.endpoint);
    if (action === 'observe') this.add(address, false);
    else if (action === 'unobserve') {
      this.#served.get(keyOf(address))?.stop();
      this.#served.delete(keyOf(address));
    } else throw new KaaInvalidError('msg.action', [{ path: '', reason: 'must be observe or unobserve' }]);
    return Promise.resolve(undefined);
  }

  close(): void {
    this.#closed = true;
    for (const { stop } of this.#served.values()) stop();
    this.#served.clear();
  }
}

function keyOf({ appVersion, token }: EndpointAddress): string {
  return `${appVersion}/${token}`;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
