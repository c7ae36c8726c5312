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

/** Who wants to hear of a message before its outcome. */
export interface ExchangeListener {
  /** Called when the server's receipt has come, where the answer is waited for behind it. */
  readonly acknowledged?: () => void;
  /** Called with the answer before anything that came behind it; what it throws fails the message. */
  readonly answered?: (outcome: ExchangeOutcome) => void;
  /** Called where the platform's success arrives after the message was given up. */
  readonly answeredLate?: () => void;
}

export class Exchange {
  readonly channel: Channel<Exchange>;
  readonly payload: Buffer;
  readonly settlement: Settlement;
  readonly sender: Sender;
  readonly listener: ExchangeListener;
  /** Its subscription must be confirmed before the message goes, as that of `channel`. */
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
  readonly outcome: Promise<ExchangeOutcome>;
  readonly resolve: (outcome: ExchangeOutcome) => void;
  readonly reject: (error: Error) => void;

  constructor(
    channel: Channel<Exchange>,
    payload: Buffer,
    settlement: Settlement,
    sender: Sender,
    listener: ExchangeListener,
    observed: Channel<Exchange> | undefined,
  ) {
    this.channel = channel;
    this.payload = payload;
    this.settlement = settlement;
    this.sender = sender;
    this.listener = listener;
    this.observed = observed;
    const { promise, resolve, reject } = Promise.withResolvers<ExchangeOutcome>();
    this.outcome = promise;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** Whether the server's receipt is the last word that is promised where all goes well. */
export function receiptSuffices({ settlement, channel }: Exchange): boolean {
  return settlement === 'receipt' || channel.resource.answers === 'error-only';
}
