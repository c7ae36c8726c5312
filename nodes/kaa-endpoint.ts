import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { TlsOptions } from '../src/client/options.ts';
import { asError, KaaConfigError } from '../src/protocol/errors.ts';
import { wording } from '../src/protocol/wording.ts';
import { type EditedEndpoint, serveEditor } from '../src/runtime/admin/routes.ts';
import { watchForMisuse } from '../src/runtime/deploy-lint/deploy-lint.ts';
import { type Endpoint, readEndpoint } from '../src/runtime/endpoint.ts';
import {
  EndpointConnection,
  type EndpointCredentials,
  type EndpointNode,
  watchDeploys,
} from '../src/runtime/endpoint-node.ts';
import { inUserLanguage } from '../src/runtime/error-language.ts';
import type { Properties } from '../src/runtime/properties.ts';
import { presentProperties } from '../src/runtime/saved-node.ts';
import { watchForOrphans } from '../src/runtime/store-files.ts';
import { sharedTexts } from '../src/runtime/texts.ts';

/** The part of a core tls-config node that is used here. */
interface TlsConfigNode extends Node {
  /** False where its files cannot be read. */
  readonly valid: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

function isTlsConfig(node: unknown): node is TlsConfigNode {
  return typeof node === 'object' && node !== null && 'addTLSOptions' in node;
}

export default function register(RED: NodeAPI): void {
  watchForOrphans(RED);
  watchDeploys(RED);
  watchForMisuse(RED);

  function tlsOptions(id: unknown): TlsOptions | undefined {
    if (typeof id !== 'string' || id === '') return undefined;
    const node: unknown = RED.nodes.getNode(id);
    if (isTlsConfig(node)) {
      if (node.valid) return node.addTLSOptions({});
      throw new KaaConfigError(wording('config.tlsUnusable', { name: node.name ?? node.id }));
    }
    throw new KaaConfigError(wording('config.tlsGone'));
  }

  /** Node-RED takes a text without `${}` for the name of a variable. */
  function fillIn(node: Node, text: string): string {
    return text.includes('${') ? String(RED.util.evaluateNodeProperty(text, 'env', node, {})) : text;
  }

  /** As Node-RED does where a node is created: a property that is one `${ENV}` has the value of the variable. */
  function withEnvironment(node: Node, properties: Properties): Properties {
    const entries = Object.entries(properties).map(([name, value]) => {
      const isVariable = typeof value === 'string' && /^\$\{\S+\}$/.test(value);
      // One that is not set stays, and is told of: no default takes its place.
      return [name, isVariable ? fillIn(node, value) || value : value] as const;
    });
    return Object.fromEntries(entries);
  }

  /** The settings of an open dialog, with what the runtime alone knows of them. */
  function readEdited({ id, properties, credentials }: EditedEndpoint): Endpoint {
    const node = RED.nodes.getNode(id);
    // Of no other node: whoever tests a connection must not send somebody's secrets somewhere.
    const stored: unknown = node?.type === 'kaa-endpoint' ? RED.nodes.getCredentials(id) : undefined;
    const known: Properties = { ...(typeof stored === 'object' ? stored : {}) };
    const given = Object.entries(credentials).map(
      ([name, value]) => [name, value === '__PWRD__' ? known[name] : value] as const,
    );
    return readEndpoint(withEnvironment(node, properties), {
      nodeId: id,
      userDir: RED.settings.userDir ?? '',
      credentials: withEnvironment(node, Object.fromEntries(given)),
      tls: tlsOptions(properties['tls']),
      resolve: (text) => fillIn(node, text),
    });
  }

  serveEditor(RED, readEdited);

  function KaaEndpoint(this: EndpointNode, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    this.users = {};
    this.connection = new EndpointConnection(RED, this, () =>
      readEndpoint(presentProperties(this.type, definition), {
        nodeId: this.id,
        userDir: RED.settings.userDir ?? '',
        credentials: { ...this.credentials },
        tls: tlsOptions(definition['tls']),
        resolve: (text) => fillIn(this, text),
      }),
    );
    this.on('close', (removed: boolean, done: () => void) => {
      const closed = this.connection.close(removed).catch((error: unknown) => {
        this.warn(inUserLanguage(asError(error), sharedTexts(RED)).message);
      });
      void closed.finally(done);
    });
  }

  RED.nodes.registerType<EndpointNode, NodeDef & Properties, object, EndpointCredentials>('kaa-endpoint', KaaEndpoint, {
    credentials: {
      token: { type: 'password' },
      username: { type: 'text' },
      password: { type: 'password' },
    },
  });
}
