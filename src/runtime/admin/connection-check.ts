/** Tries the settings of an open endpoint dialog, which need not be deployed. */
import { isDeepStrictEqual } from 'node:util';
import {
  checkConnection,
  type CheckFailure,
  type CheckOutcome,
  type CheckReport,
  type CheckSpeaker,
} from '../../client/connection-check.ts';
import { mqttTransport } from '../../client/mqtt-transport.ts';
import type { ClientOptions } from '../../client/options.ts';
import type { Endpoint } from '../endpoint.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { inUserLanguage } from '../error-language.ts';
import { SpokenTokens } from '../spoken-tokens.ts';
import type { Texts } from '../texts.ts';

/** Seconds: whoever presses a button does not wait for an hour, whatever the endpoint may do. */
const longestStage = 30;

/** What the dialog shows of a stage. */
export interface StageReport {
  /** Host and port. */
  readonly server: string;
  readonly stage: CheckReport['stage'];
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why it failed and what to do, or why there was nothing to try, in the user's language. */
  readonly text?: string;
}

export async function checkEndpoint(
  endpoint: Endpoint,
  sessions: Iterable<EndpointSession>,
  texts: Texts,
  report: (report: StageReport) => void,
  aborted: AbortSignal,
): Promise<void> {
  const running = [...sessions];
  const { clientId, requestTimeout } = endpoint.client;
  const options = {
    ...endpoint.client,
    clientId: unusedClientId(clientId, running),
    requestTimeout: Math.min(requestTimeout, longestStage),
  };
  const told = (each: CheckReport): void => report(stageReport(each, texts));
  const speaker = (url: string): CheckSpeaker => speakerAt(url, endpoint, running);
  await checkConnection(options, speaker, mqttTransport, told, aborted);
}

/** A server ends the connection of a client when another one comes with its ID. */
function unusedClientId(clientId: string, sessions: readonly EndpointSession[]): string {
  const isUsed = sessions.some(({ endpoint }) => endpoint.client.clientId === clientId);
  // Not longer than before: some servers take no more than 23 characters.
  return isUsed ? `test-${clientId}`.slice(0, Math.max(23, clientId.length)) : clientId;
}

/** Over the deployed connection only what is also deployed can be asked. */
function speakerAt(url: string, endpoint: Endpoint, sessions: readonly EndpointSession[]): CheckSpeaker {
  const { token, appVersion, client } = endpoint;
  if (token === undefined || appVersion === undefined) return 'nobody';
  const wanted = new SpokenTokens({ ...client, clientId: '' });
  wanted.add(token);
  const address = { token, appVersion };
  const deployed = sessions.find(
    (session) => session.tokens.conflictWith(wanted) === 'token' && urlOf(session) !== undefined,
  );
  if (deployed === undefined) return { address };
  return urlOf(deployed) === url && isSameLogin(deployed.endpoint.client, client)
    ? { address, over: deployed.client }
    : 'in-use';
}

/** Where a session is connected to, if it is. */
function urlOf({ client: { status } }: EndpointSession): string | undefined {
  return status.state === 'connected' ? status.url : undefined;
}

function isSameLogin(a: ClientOptions, b: ClientOptions): boolean {
  const compared = ({ username, password, tls, extensions }: ClientOptions) => ({
    username,
    password,
    tls,
    extensions,
  });
  return isDeepStrictEqual(compared(a), compared(b));
}

function stageReport({ url, stage, outcome }: CheckReport, texts: Texts): StageReport {
  const server = new URL(url).host;
  const text = textOf(server, outcome, texts);
  return { server, stage, state: outcome.state, ...(text === undefined ? {} : { text }) };
}

function textOf(server: string, outcome: CheckOutcome, texts: Texts): string | undefined {
  switch (outcome.state) {
    case 'failed':
      return failureText(server, outcome.failure, texts);
    case 'skipped':
      return texts(`check.skipped.${outcome.why}`);
    case 'passed':
      return outcome.over === undefined ? undefined : texts('check.overDeployed');
  }
}

function failureText(server: string, failure: CheckFailure, texts: Texts): string {
  if (failure instanceof Error) return inUserLanguage(failure, texts).message;
  const text = texts(`log.${failure.reason}`, { server });
  return failure.detail === undefined ? text : `${text} (${failure.detail})`;
}
