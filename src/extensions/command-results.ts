/** Sending the results of one endpoint's commands: now, or after the next connect. */
import type { EndpointAddress, Sender, Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { StandingRequest } from '../client/standing-request.ts';
import {
  asError,
  englishOf,
  KaaBusyError,
  KaaClosedError,
  KaaConfigError,
  KaaInvalidError,
  KaaOfflineError,
  KaaRejectedError,
  KaaTimeoutError,
} from '../protocol/errors.ts';
import { resourcePath, resources } from '../protocol/resources.ts';
import { requestProblems } from '../protocol/validators.ts';
import { wording } from '../protocol/wording.ts';
import type { CommandResult, StoredCommand } from '../store/store.ts';
import type { ResultOutcome } from './command.ts';
import { readJson } from './json-value.ts';
import type { KnownCommands } from './known-commands.ts';

export class CommandResults implements Sender {
  readonly #client: KaaClient;
  readonly #address: EndpointAddress;
  readonly #known: KnownCommands;
  readonly #failed: (error: unknown) => void;
  /** Commands whose results are on their way, by type, ID and digest. */
  readonly #sending = new Set<string>();
  /** Who gave the results that go out later, by type, ID and digest. */
  readonly #responders = new Map<string, Sender>();
  #unreported: StandingRequest | undefined;
  #receipts: Promise<unknown> = Promise.resolve();
  /** Why results stay behind. */
  #reason: string | undefined;

  /** @param failed told of errors that belong to no message of the flow */
  constructor(client: KaaClient, address: EndpointAddress, known: KnownCommands, failed: (error: unknown) => void) {
    this.#client = client;
    this.#address = address;
    this.#known = known;
    this.#failed = failed;
  }

  /** From now on results that the platform does not have go out after every connect. */
  open(): void {
    this.#unreported = new StandingRequest(
      this.#client,
      () => this.#sendUnreported(),
      (error) => this.#told(error),
    );
  }

  /**
   * The result as it can be sent.
   * @throws {KaaInvalidError} it cannot
   */
  check(id: number, result: CommandResult): CommandResult {
    const { maxPayload } = this.#client.options;
    const { payload, ...status } = result;
    const checked = payload === undefined ? status : { ...status, payload: readJson('payload', payload, maxPayload) };
    const problems = requestProblems(resources.commandResults, [{ id, ...checked }]);
    if (problems.length > 0) throw new KaaInvalidError(wording('subject.result'), problems);
    this.#client.requireFitting(encode(id, checked));
    return checked;
  }

  /** From now on the result of a command is under way: nobody else sends it. */
  hold(command: StoredCommand): void {
    this.#sending.add(keyOf(command));
  }

  /**
   * Sends the result of a command; where that is not possible now, it goes out later.
   * @param responder told where it is refused then
   * @throws {KaaRejectedError} the platform refused it; where it said that it could not take it now, it goes out later too
   */
  async report(command: StoredCommand, responder: Sender): Promise<ResultOutcome> {
    const resource = resourcePath(resources.commandResults, command.type);
    try {
      const { body: _body, ...outcome } = await this.#send(command);
      this.#responders.delete(keyOf(command));
      return { ...outcome, resource, confirmed: outcome.statusCode !== undefined };
    } catch (error) {
      const key = keyOf(command);
      if (maySucceedLater(error)) {
        if (!this.#responders.has(key)) this.#responders.set(key, responder);
        this.#unreported?.retry();
      } else this.#responders.delete(key);
      if (error instanceof KaaRejectedError || !maySucceedLater(error)) throw error;
      return { resource, confirmed: false, stored: true };
    }
  }

  /** Sends a result again that the platform does not seem to have, unless it is on its way. */
  repeat(command: StoredCommand): void {
    const key = keyOf(command);
    if (this.#sending.has(key)) return;
    const responder = this.#responders.get(key) ?? this;
    this.report(command, responder).catch((error: unknown) => {
      if (!maySucceedLater(error)) responder.unexpectedError(this.#target(command), asError(error));
    });
  }

  /** Resolves when the server has the results that waited for the connection, as far as it takes them. */
  get received(): Promise<unknown> {
    return this.#receipts;
  }

  /** Whether nothing is under way or left to be sent. */
  get idle(): boolean {
    return this.#sending.size === 0 && this.#responders.size === 0 && this.#due().length === 0;
  }

  unexpectedError(_target: Target, error: Error): void {
    this.#failed(error);
  }

  close(): void {
    this.#unreported?.stop();
  }

  async #sendUnreported(): Promise<void> {
    const waiting = this.#due().filter((command) => !this.#sending.has(keyOf(command)));
    const receipts: Promise<void>[] = [];
    const outcomes = waiting.map((command) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      receipts.push(promise);
      return this.#sendLater(command, resolve).finally(resolve);
    });
    this.#receipts = Promise.all(receipts);
    const retry = (await Promise.all(outcomes)).find((error) => error !== undefined);
    if (retry !== undefined) throw retry;
  }

  /** Tells once of each reason why results stay behind, except that there is no connection, which everybody sees. */
  #told(error: unknown): void {
    const offline = error instanceof KaaOfflineError || error instanceof KaaClosedError;
    const reason = error === undefined || offline ? undefined : englishOf(asError(error));
    if (reason !== undefined && reason !== this.#reason) this.#failed(error);
    this.#reason = reason;
  }

  /** Answered commands whose results the platform does not have. */
  #due(): readonly StoredCommand[] {
    return [...this.#known.all()].filter(({ result, reported }) => result !== undefined && !reported);
  }

  /** Resolves to the error where the result has to be sent yet another time. */
  async #sendLater(command: StoredCommand, acknowledged: () => void): Promise<Error | undefined> {
    const key = keyOf(command);
    try {
      await this.#send(command, acknowledged);
    } catch (error) {
      if (maySucceedLater(error)) return asError(error);
      const responder = this.#responders.get(key) ?? this;
      responder.unexpectedError(this.#target(command), asError(error));
    }
    this.#responders.delete(key);
    return undefined;
  }

  async #send(command: StoredCommand, acknowledged: () => void = () => {}): Promise<ExchangeOutcome> {
    const { id, result } = command;
    const key = keyOf(command);
    this.#sending.add(key);
    try {
      const body = encode(id, result);
      const outcome = await this.#client.send(this.#target(command), body, 'answer', this, { acknowledged });
      await this.#known.reported(command);
      return outcome;
    } catch (error) {
      // Refused is an answer too: sending it again would change nothing.
      if (!maySucceedLater(error)) await this.#known.reported(command);
      throw error;
    } finally {
      this.#sending.delete(key);
    }
  }

  #target({ type }: StoredCommand): Target {
    return { ...this.#address, resource: 'commandResults', name: type };
  }
}

function encode(id: number, result: CommandResult | undefined): Buffer {
  return Buffer.from(JSON.stringify([{ id, ...result }]));
}

function keyOf({ type, id, digest = '' }: StoredCommand): string {
  return `${type}/${id}/${digest}`;
}

function maySucceedLater(error: unknown): boolean {
  if (error instanceof KaaRejectedError) return error.isTemporary;
  return (
    // The server refuses the subscription to answers: that is for people to mend.
    error instanceof KaaConfigError ||
    error instanceof KaaOfflineError ||
    error instanceof KaaTimeoutError ||
    error instanceof KaaBusyError ||
    error instanceof KaaClosedError
  );
}
