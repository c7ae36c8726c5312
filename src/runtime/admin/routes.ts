/**
 * What the editor asks of the runtime beside Node-RED's own: how the endpoints are, names for its dialogs, and to try,
 * reconnect, pause, resume or discard. Looking wants the permission to read flows, all else the one to write them.
 */
import type { NodeAPI } from 'node-red';
import { asError } from '../../protocol/errors.ts';
import type { LiveReport, Misuse, Refusal } from '../../protocol/live-report.ts';
import type { ReportedText } from '../../protocol/reported-text.ts';
import { presentMisuse } from '../deploy-lint/deploy-lint.ts';
import type { Endpoint } from '../endpoint.ts';
import { sessions } from '../endpoint-node.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import type { Properties } from '../properties.ts';
import { textOfError } from '../recent-errors.ts';
import { checkEndpoint } from './connection-check.ts';
import { isNameKind, namesOf } from './endpoint-names.ts';
import { reportOf } from './endpoint-report.ts';
import { LiveView } from './live-view.ts';

/** Checks that run at the same time. */
const mostChecks = 4;

/** The topic on Node-RED's channel to the editor. */
const topic = 'kaa/endpoints';

type Action = (session: EndpointSession) => Promise<object> | object;

const actions: Readonly<Record<string, Action>> = {
  pause: ({ forwarder }) => {
    forwarder.hold();
    return {};
  },
  resume: ({ forwarder }) => {
    forwarder.resume();
    return {};
  },
  reconnect: ({ client }) => {
    client.reconnect();
    return {};
  },
  discard: async ({ forwarder }) => ({ discarded: await forwarder.discard() }),
};

/** The settings of an open dialog. */
export interface EditedEndpoint {
  readonly id: string;
  readonly properties: Properties;
  /** Those that the editor does not know stand there as `__PWRD__`. */
  readonly credentials: Properties;
}

/**
 * @param read reads the settings of an open dialog
 */
export function serveEditor(RED: NodeAPI, read: (edited: EditedEndpoint) => Endpoint): void {
  // Absent where settings.js switches the editor's side off.
  const admin = RED.httpAdmin as NodeAPI['httpAdmin'] | undefined;
  if (typeof admin?.get !== 'function') return;
  const report = (): LiveReport => ({
    endpoints: Array.from(sessions.running(), ([id, session]) => reportOf(id, session)),
    misuse: [...presentMisuse(), ...conflicts()],
  });
  // Every open editor hears of it: whoever looks asks for the report itself.
  const view = new LiveView(report, () => RED.comms.publish(topic, {}, false));
  const [mayRead, mayWrite] = [RED.auth.needsPermission('flows.read'), RED.auth.needsPermission('flows.write')];

  admin.get('/kaa/endpoints', mayRead, (_request, response) => {
    response.json(view.watch());
  });

  admin.get('/kaa/endpoints/:id/names/:kind', mayRead, (request, response) => {
    const { id, kind } = request.params;
    const session = sessions.find(String(id));
    const names = session === undefined || !isNameKind(kind) ? Promise.resolve([]) : namesOf(session, kind);
    names.then(
      (found) => response.json(found),
      () => response.json([]),
    );
  });

  admin.post('/kaa/endpoints/:id/:action', mayWrite, (request, response) => {
    if (!isJson(request)) {
      response.status(415).end();
      return;
    }
    const { id, action: name } = request.params;
    const action = new Map(Object.entries(actions)).get(String(name));
    const session = sessions.find(String(id));
    if (action === undefined || session === undefined) {
      response.status(404).json(refusal({ key: 'admin.notRunning' }));
      return;
    }
    const done = async (): Promise<object> => action(session);
    done().then(
      (result) => response.json(result),
      (error: unknown) => response.status(500).json(failure(error)),
    );
  });

  let checks = 0;
  admin.post('/kaa/check', mayWrite, (request, response) => {
    const edited = isJson(request) ? editedEndpoint(request.body) : undefined;
    if (edited === undefined) {
      response.status(415).end();
      return;
    }
    if (checks >= mostChecks) {
      response.status(429).json(refusal({ key: 'check.busy' }));
      return;
    }
    let endpoint: Endpoint;
    try {
      endpoint = read(edited);
    } catch (error) {
      response.status(400).json(failure(error));
      return;
    }
    checks += 1;
    const controller = new AbortController();
    response.on('close', () => controller.abort());
    // One line of JSON for each stage, as it ends.
    response.type('application/x-ndjson');
    const running = Array.from(sessions.running(), ([, session]) => session);
    const line = (part: object): void => void response.write(`${JSON.stringify(part)}\n`);
    const checking = checkEndpoint(endpoint, running, line, controller.signal);
    void checking
      .catch((error: unknown) => line(failure(error)))
      .finally(() => {
        checks -= 1;
        response.end();
      });
  });
}

/** Endpoints that take something away from each other. */
function conflicts(): readonly Misuse[] {
  const running = [...sessions.running()];
  return running.flatMap(([, session]) =>
    running.flatMap(([, other]) => {
      const text = session.conflictWith(other);
      return text === undefined ? [] : [{ nodeId: session.place.nodeId, text }];
    }),
  );
}

function refusal(message: ReportedText): Refusal {
  return { message };
}

function failure(error: unknown): Refusal {
  return refusal(textOfError(asError(error)));
}

/** Pages of other origins can send anything but JSON without asking first. */
function isJson(request: { is(type: string): unknown }): boolean {
  return typeof request.is('application/json') === 'string';
}

function editedEndpoint(body: unknown): EditedEndpoint | undefined {
  if (!isRecord(body)) return undefined;
  const { id, properties, credentials } = body;
  return typeof id === 'string' && isRecord(properties) && isRecord(credentials)
    ? { id, properties, credentials }
    : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
