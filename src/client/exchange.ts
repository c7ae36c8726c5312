/** One message on its way: from the waiting line over the wire to its one outcome. */
import type { AnswerBody } from './answer.ts';
import type { Channel, Sender } from './channel.ts';

/**
 * What settles an exchange: the platform's answer, or the server's receipt (written at QoS 0, PUBACK at QoS 1). Where the
 * platform promises to answer failures only (11/CEP results), the answer is waited for a moment behind the receipt.
 */
export type Settlement = 'answer' | 'receipt';

/** How an exchange ended well. Without answer there is no status; `requestId` is there where one was sent. */
export interface ExchangeOutcome extends Partial<AnswerBody> {
  readonly requestId?: number;
  /** Milliseconds from publishing to the answer or receipt. */
  readonly roundTripMs: number;
}

/** Who hears of the outcome of a message: one of both is called, once, behind the work that led to it. */
export interface ExchangeListener extends ExchangeProgress {
  succeeded(outcome: ExchangeOutcome): void;
  failed(error: Error): void;
}

/** Who wants to hear of a message before its outcome, or after it. */
export interface ExchangeProgress {
  /** Nothing follows for others from its silence: the platform may not have what it asks for. */
  readonly isTentative?: boolean;
  /** Called when the server's receipt has come, where the answer is waited for behind it. */
  readonly acknowledged?: () => void;
  /** Called with the answer before anything that came behind it; what it throws fails the message. */
  readonly answered?: (outcome: ExchangeOutcome) => void;
  /** Called where the platform's success arrives after the message was given up. */
  readonly answeredLate?: () => void;
}

/** A body: bytes, or a text that is sent in UTF-8. */
export type Payload = Buffer | string;

/** What an exchange is made of. */
export interface ExchangeParts {
  readonly channel: Channel<Exchange>;
  readonly payload: Payload;
  readonly settlement: Settlement;
  readonly sender: Sender;
  readonly listener: ExchangeListener;
  /** Its subscription must be confirmed before the message goes, as that of `channel`. */
  readonly observed: Channel<Exchange> | undefined;
}

export class Exchange implements ExchangeParts {
  readonly channel: Channel<Exchange>;
  readonly payload: Payload;
  readonly settlement: Settlement;
  readonly sender: Sender;
  readonly listener: ExchangeListener;
  readonly observed: Channel<Exchange> | undefined;
  /** Set when published; absent where no ID is needed. */
  requestId: number | undefined;
  /** What the link calls the message, while its receipt is awaited at QoS 1. */
  messageId: number | undefined;
  /** On the clock of `performance.now()`, as are all times here. */
  readonly enteredAt = performance.now();
  /** Published alone, to see whether a silent endpoint answers again. */
  isProbe = false;
  /** Undefined while waiting. */
  publishedAt: number | undefined;
  /** Set with the receipt. */
  receivedAt: number | undefined;

  constructor(parts: ExchangeParts) {
    this.channel = parts.channel;
    this.payload = parts.payload;
    this.settlement = parts.settlement;
    this.sender = parts.sender;
    this.listener = parts.listener;
    this.observed = parts.observed;
  }

  /** It has ended well. */
  succeed(outcome: ExchangeOutcome): void {
    queueMicrotask(() => this.listener.succeeded(outcome));
  }

  fail(error: Error): void {
    queueMicrotask(() => this.listener.failed(error));
  }
}

/** Whether the server's receipt is the last word that is promised where all goes well. */
export function receiptSuffices({ settlement, channel }: Exchange): boolean {
  return settlement === 'receipt' || channel.resource.answers === 'error-only';
}
