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

/** What a message may want beside its settlement. */
export interface SendOptions<Observed> {
  /** What the message makes the platform push to: its subscription must be confirmed too before the message goes. */
  readonly observed?: Observed;
  /** Called when the server's receipt has come, where the answer is waited for behind it. */
  readonly acknowledged?: () => void;
  /** Called with the answer before anything that came behind it; what it throws fails the message. */
  readonly answered?: (outcome: ExchangeOutcome) => void;
}

export class Exchange {
  readonly channel: Channel<Exchange>;
  readonly payload: Buffer;
  readonly settlement: Settlement;
  readonly sender: Sender;
  readonly options: SendOptions<Channel<Exchange>>;
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
    options: SendOptions<Channel<Exchange>>,
  ) {
    this.channel = channel;
    this.payload = payload;
    this.settlement = settlement;
    this.sender = sender;
    this.options = options;
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
