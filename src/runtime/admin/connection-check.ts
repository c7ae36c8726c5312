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
import type { StageReport } from '../../protocol/live-report.ts';
import type { ReportedText } from '../../protocol/reported-text.ts';
import { printable } from '../connection-log.ts';
import type { Endpoint } from '../endpoint.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { textOfError } from '../recent-errors.ts';
import { SpokenTokens } from '../spoken-tokens.ts';

/** Seconds: whoever presses a button does not wait for an hour, whatever the endpoint may do. */
const longestStage = 30;

export async function checkEndpoint(
  endpoint: Endpoint,
  sessions: Iterable<EndpointSession>,
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
  const told = (each: CheckReport): void => report(stageReport(each));
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

function stageReport({ server, url, stage, outcome }: CheckReport): StageReport {
  const address = printable(url);
  const text = textOf(address, stage, outcome);
  return { server, address, stage, state: outcome.state, ...(text === undefined ? {} : { text }) };
}

function textOf(address: string, stage: CheckReport['stage'], outcome: CheckOutcome): ReportedText | undefined {
  switch (outcome.state) {
    case 'failed':
      return failureText(address, outcome.failure);
    case 'skipped':
      return { key: `check.skipped.${outcome.why}` };
    case 'passed':
      // It concerns the stage before, too: to say it once is enough.
      return outcome.over === undefined || stage !== 'request' ? undefined : { key: 'check.overDeployed' };
  }
}

function failureText(server: string, failure: CheckFailure): ReportedText {
  if (failure instanceof Error) return textOfError(failure);
  const text = { key: `log.${failure.reason}`, values: { server } };
  return failure.detail === undefined ? text : { key: 'check.detail', values: { text, detail: failure.detail } };
}
