/** Commands and their results as nodes see them (11/CEP). */
import type { EndpointAddress } from '../client/channel.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';

export interface ReceivedCommand {
  readonly type: string;
  readonly id: number;
  readonly payload?: unknown;
  /** Of the message that brought it, where it had one. */
  readonly requestId?: number;
  /** It was handed out before Node-RED was started anew, and not answered. */
  readonly redelivered?: true;
}

/** Who takes commands: a node. */
export interface CommandReceiver {
  /** Empty = every type. */
  readonly commandType: string;
  /** Seconds within which a result has to be there; 0 = none. */
  readonly replyTimeout: number;
  /** What becomes of a command that was in work when Node-RED ended: status 500, or it is handed out once more. */
  readonly afterRestart: 'fail' | 'redeliver';
  received(address: EndpointAddress, command: ReceivedCommand): void;
  /** Something went wrong that belongs to no message of the flow. */
  failed(address: EndpointAddress, error: Error): void;
  /** How the last try to observe a resource (its path) ended. */
  observing(address: EndpointAddress, resource: string, error: unknown): void;
}

export interface ResultOutcome extends Partial<ExchangeOutcome> {
  /** Resource path, e.g. `result/reboot`. */
  readonly resource: string;
  /** Whether the platform has said so. */
  readonly confirmed: boolean;
  /** The server is not known to have it: it is kept, and sent again after the next connect or later. */
  readonly stored?: true;
}
