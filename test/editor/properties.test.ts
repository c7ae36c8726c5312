import assert from 'node:assert/strict';
import { runtimes } from '../support/node-red.ts';
import { editorOfSuite } from './editor.ts';
import { flow } from './flow.ts';
import { savedNodeCases } from './saved-node-cases.ts';
import { topicCases } from './topic-cases.ts';

const flowNodeTypes = new Set(flow.map(({ type }) => type).filter((type) => /^kaa-(?!endpoint)/.test(type)));

/** What does not differ between the versions of Node-RED. */
describe('nodes in the editor', () => {
  const [runtime] = runtimes;
  const editor = editorOfSuite(runtime, flow);

  for (const [type, node, label] of [
    ['kaa-telemetry', { format: 'json' }, 'telemetry'],
    ['kaa-telemetry', {}, 'telemetry'],
    ['kaa-telemetry', { format: 'plain' }, 'telemetry: one metric'],
    ['kaa-telemetry', { format: 'plain', metric: 'topic', metricType: 'msg' }, 'telemetry: one metric'],
    ['kaa-telemetry', { format: 'plain', metric: '', metricType: 'str' }, 'telemetry: one metric'],
    ['kaa-telemetry', { format: 'plain', metric: 'temperature', metricType: 'str' }, 'telemetry: temperature'],
    ['kaa-telemetry', { format: 'json', delivery: 'stored' }, 'telemetry, stored'],
    ['kaa-telemetry', { format: 'json', delivery: 'stored', name: 'meter' }, 'meter'],
    ['kaa-metadata', { operation: 'updateKeys' }, 'update metadata'],
    ['kaa-metadata', { operation: 'update' }, 'replace metadata'],
    ['kaa-metadata', { operation: 'get' }, 'get metadata'],
    ['kaa-metadata', { operation: 'getKeys' }, 'get metadata keys'],
    ['kaa-metadata', { operation: 'deleteKeys' }, 'delete metadata keys'],
    ['kaa-metadata', { operation: 'msg' }, 'metadata'],
    ['kaa-command', { mode: 'receive', commandType: '' }, 'every command'],
    ['kaa-command', { mode: 'receive', commandType: 'reboot' }, 'reboot'],
    ['kaa-command', { mode: 'respond', commandType: 'reboot' }, 'respond'],
    ['kaa-config', { mode: 'observe', configName: '' }, 'config'],
    ['kaa-config', { mode: 'observe', configName: 'network' }, 'config: network'],
    ['kaa-config', {}, 'config'],
    ['kaa-config', { mode: 'get' }, 'get config'],
    ['kaa-config', { mode: 'get', configName: 'network' }, 'get config: network'],
    ['kaa-config', { mode: 'applied', configName: 'network' }, 'config applied: network'],
    ['kaa-config', { mode: 'applied' }, 'config applied'],
    ['kaa-metadata', {}, 'update metadata'],
    ['kaa-command', {}, 'every command'],
    ['kaa-blob-token', {}, 'blob token'],
    ['kaa-ota', {}, 'software'],
    ['kaa-ota', { mode: 'observe' }, 'software'],
    ['kaa-ota', { mode: 'get' }, 'get software'],
    ['kaa-ota', { mode: 'applied' }, 'software applied'],
    ['kaa-blob-token', { output: 'payload' }, 'blob token'],
    ['kaa-blob-token', { output: 'request' }, 'upload request'],
    ['kaa-command', { mode: 'respond', name: 'answer' }, 'answer'],
    ['kaa-endpoint', { appVersion: 'v1', url: 'mqtt://host' }, 'v1 @ mqtt://host'],
    ['kaa-endpoint', { appVersion: '', url: 'mqtt://host' }, 'mqtt://host'],
    ['kaa-endpoint', {}, 'kaa-endpoint'],
    ['kaa-endpoint', { url: 'mqtt://host', name: 'plant' }, 'plant'],
    ['kaa-simulator', { name: '' }, 'Kaa simulator'],
    ['kaa-simulator', { name: 'plant' }, 'plant'],
  ] as const) {
    it(`${type} with ${JSON.stringify(node)} is labelled ${label}`, async () => {
      assert.equal(await editor().label(type, node), label);
    });
  }

  for (const [type, property, value, message, node] of [
    ['kaa-endpoint', 'url', 'http://host', /must look like mqtts:\/\/host:8883/],
    ['kaa-endpoint', 'url', 'mqtt://me:pass@host', /must not hold a password/],
    ['kaa-endpoint', 'url', 'mqtts://host:8883, wss://other/ws', true],
    ['kaa-endpoint', 'url', 'mqtts://${HOST}:8883', true],
    ['kaa-endpoint', 'url', '${KAA_SERVER}', true],
    ['kaa-endpoint', 'appVersion', 'a/b', /must not contain \/ \+ or #/],
    ['kaa-endpoint', 'keepalive', '0', /whole number from 1 to 65535/],
    ['kaa-endpoint', 'requestTimeout', 'x', /number from 0\.1 to 3600/],
    ['kaa-endpoint', 'requestIdMax', '98', /from 99/],
    ['kaa-endpoint', 'dcx', 'my+dcx', /must not contain/],
    ['kaa-endpoint', 'maxInFlight', '', true],
    ['kaa-endpoint', 'outboxMaxMegabytes', '', true],
    ['kaa-endpoint', 'outboxMaxMegabytes', '0.5', true],
    ['kaa-endpoint', 'outboxMaxMegabytes', '${SPACE}', true],
    ['kaa-endpoint', 'outboxMaxMegabytes', '0', /a number from 0\.01 to 1048576/],
    ['kaa-endpoint', 'outboxMaxDays', '', true],
    ['kaa-endpoint', 'outboxMaxDays', 0, true],
    ['kaa-endpoint', 'outboxMaxDays', '-1', /a number from 0 to 36500/],
    ['kaa-simulator', 'mqttPort', '', true],
    ['kaa-simulator', 'mqttPort', '1883', true],
    ['kaa-simulator', 'mqttPort', '${PORT}', true],
    ['kaa-simulator', 'mqttPort', '0', /from 1 to 65535/],
    ['kaa-simulator', 'mqttPort', 'x', /from 1 to 65535/],
    ['kaa-simulator', 'httpPort', '1884', true],
    ['kaa-simulator', 'httpPort', '65536', /from 1 to 65535/],
    ['kaa-simulator', 'httpPort', '1883', /must not be the MQTT port/, { mqttPort: '1883' }],
    ['kaa-endpoint', 'blobUrl', '', true],
    ['kaa-endpoint', 'blobUrl', 'https://cloud.kaaiot.com', true],
    ['kaa-endpoint', 'blobUrl', 'http://127.0.0.1:1884', true],
    ['kaa-endpoint', 'blobUrl', 'https://${HOST}', true],
    ['kaa-endpoint', 'blobUrl', '${BLOBS}', true],
    ['kaa-endpoint', 'blobUrl', 'mqtts://host', /must look like https:\/\/host/],
    ['kaa-endpoint', 'blobUrl', 'cloud.kaaiot.com', /must look like https:\/\/host/],
    ['kaa-endpoint', 'blobUrl', 'https://me:pass@host', /must not hold a password/],
    ['kaa-telemetry', 'batchSize', '1.5', /whole number/],
    ['kaa-telemetry', 'batchInterval', '-1', /from 0 to 3600/],
    ['kaa-telemetry', 'batchSize', '${SIZE}', true],
    ['kaa-telemetry', 'delivery', 'stored', true, { format: 'json' }],
    ['kaa-telemetry', 'delivery', 'stored', true],
    ['kaa-telemetry', 'delivery', 'confirmed', true, { format: 'plain' }],
    ['kaa-telemetry', 'delivery', 'stored', /choose the format JSON, or another outcome/, { format: 'plain' }],
    ['kaa-command', 'commandType', '', true, { mode: 'receive' }],
    ['kaa-command', 'commandType', 'reboot', true, { mode: 'receive' }],
    ['kaa-command', 'commandType', '${TYPE}', true, { mode: 'receive' }],
    ['kaa-command', 'commandType', 'a/b', /must not contain \/ \+ or #/, { mode: 'receive' }],
    ['kaa-command', 'commandType', '42', /must not consist of digits only/, { mode: 'receive' }],
    ['kaa-command', 'commandType', '42', true, { mode: 'respond' }],
    ['kaa-command', 'replyTimeout', '2.5', true, { mode: 'receive' }],
    ['kaa-command', 'replyTimeout', '-1', /a number from 0 to 604800/, { mode: 'receive' }],
    ['kaa-command', 'replyTimeout', 'soon', true, { mode: 'respond' }],
    ['kaa-command', 'statusCode', '', true, { mode: 'respond', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', '404', true, { mode: 'respond', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', '${CODE}', true, { mode: 'respond', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', '99', /from 100 to 599/, { mode: 'respond', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', '200.5', /whole number/, { mode: 'respond', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', '600', true, { mode: 'receive', statusCodeType: 'num' }],
    ['kaa-command', 'statusCode', 'result.code', true, { mode: 'respond', statusCodeType: 'msg' }],
    ['kaa-command', 'statusCode', '$number(', /.+/, { mode: 'respond', statusCodeType: 'jsonata' }],
    ['kaa-command', 'reasonPhrase', 'all is well', true, { mode: 'respond', reasonPhraseType: 'str' }],
    ['kaa-command', 'reasonPhrase', 'a[', /.+/, { mode: 'respond', reasonPhraseType: 'msg' }],
    ['kaa-command', 'tokens', '', true, { mode: 'receive', tokensType: 'flow' }],
    ['kaa-command', 'tokens', 'my tokens', /.+/, { mode: 'receive', tokensType: 'flow' }],
    ['kaa-command', 'tokens', 'my tokens', true, { mode: 'respond', tokensType: 'flow' }],
    ['kaa-config', 'configName', '', true],
    ['kaa-config', 'configName', 'net+work', /must not contain/],
    ['kaa-config', 'tokens', '["a",', /.+/, { mode: 'observe', tokensType: 'jsonata' }],
    ['kaa-config', 'tokens', '["a",', true, { mode: 'get', tokensType: 'jsonata' }],
    ['kaa-ota', 'currentVersion', '1.0.0', true, { mode: 'observe', currentVersionType: 'str' }],
    ['kaa-ota', 'currentVersion', 'a b', /.+/, { mode: 'get', currentVersionType: 'global' }],
    ['kaa-ota', 'currentVersion', 'a b', true, { mode: 'applied', currentVersionType: 'global' }],
    ['kaa-ota', 'tokens', 'KAA_TOKENS', true, { mode: 'observe', tokensType: 'env' }],
    ['kaa-endpoint', 'tls', '', true, { url: 'mqtt://host' }],
    ['kaa-endpoint', 'tls', 'endpoint', true, { url: 'mqtts://host, wss://host' }],
    ['kaa-endpoint', 'tls', 'endpoint', true, { url: '' }],
    ['kaa-endpoint', 'tls', 'endpoint', true, { url: '${URL}' }],
    ['kaa-endpoint', 'tls', 'endpoint', /address says mqtt: write mqtts/, { url: 'mqtts://a, mqtt://b' }],
    ['kaa-endpoint', 'tls', 'endpoint', /address says ws: write wss/, { url: 'ws://host' }],
    ['kaa-endpoint', 'tls', 'gone', /missing or disabled: choose another one, or none/, { url: 'mqtts://host' }],
    ['kaa-endpoint', 'clientId', '', true],
    ['kaa-endpoint', 'clientId', 'x'.repeat(65_535), true],
    ['kaa-endpoint', 'clientId', 'x'.repeat(65_536), /too long/],
    ['kaa-endpoint', 'clientId', {}, /must be a text/],
    ['kaa-endpoint', 'qos', 1, true],
    ['kaa-endpoint', 'qos', '2', /must be one of auto, 0, 1/],
    ['kaa-endpoint', 'qos', null, /must be one of/],
    ['kaa-endpoint', 'outboxOverflow', 'forget', /must be one of reject, drop-oldest/],
    ['kaa-endpoint', 'cmx', 'cmx', true, { cmxOta: 'cmx_ota' }],
    ['kaa-endpoint', 'cmx', 'cmx_ota', /another extension has this name/, { cmxOta: 'cmx_ota' }],
    ['kaa-endpoint', 'cmx', 'cmx_ota', /another extension has this name/, { cmxOta: '' }],
    ['kaa-endpoint', 'cmxOta', '', /another extension has this name/, { cmx: 'cmx_ota' }],
    ['kaa-endpoint', 'bcx', '${NAME}', true, { cmx: 'bcx' }],
    ['kaa-endpoint', 'configVersion', 1, true],
    ['kaa-endpoint', 'configVersion', '', true],
    ['kaa-endpoint', 'configVersion', 2, /newer version of this package: update/],
    ['kaa-simulator', 'configVersion', 'x', /newer version of this package: update/],
    ['kaa-simulator', 'host', '', true],
    ['kaa-simulator', 'host', '::1', true],
    ['kaa-simulator', 'host', '${HOST}', true],
    ['kaa-simulator', 'host', 'http://127.0.0.1', /without protocol and port/],
    ['kaa-simulator', 'mode', 'cloud', /must be one of kpc, broker/],
    ['kaa-telemetry', 'format', 'xml', /must be one of json, plain/],
    ['kaa-telemetry', 'metric', '', /say where the name of the metric comes from/, { format: 'plain' }],
    ['kaa-telemetry', 'metric', '', true, { format: 'json' }],
    ['kaa-telemetry', 'metric', 'a/b', /must not contain/, { format: 'plain', metricType: 'str' }],
    ['kaa-telemetry', 'metric', '${METRIC}', true, { format: 'plain', metricType: 'str' }],
    ['kaa-telemetry', 'metric', '$lowercase(', /.+/, { format: 'plain', metricType: 'jsonata' }],
    ['kaa-telemetry', 'metricType', 'num', /must be one of msg, str/, { format: 'plain' }],
    ['kaa-telemetry', 'delivery', 'soon', /must be one of confirmed, sent, stored/],
    ['kaa-telemetry', 'timestamp', '${STAMP}', true],
    ['kaa-telemetry', 'timestamp', 'yes', /must be one of none, epoch, iso/],
    ['kaa-telemetry', 'timestampField', 'time', true],
    ['kaa-telemetry', 'timestampField', [], /must be a text/],
    ['kaa-metadata', 'operation', 'delete', /must be one of updateKeys, update/],
    ['kaa-metadata', 'endpoint', 'gone', /missing or disabled: choose another one/],
    ['kaa-metadata', 'endpoint', '${ENDPOINT}', true],
    ['kaa-blob-token', 'output', 'file', /must be one of payload, request/],
    ['kaa-command', 'mode', 'listen', /must be one of receive, respond/],
    ['kaa-command', 'afterRestart', 'again', /must be one of fail, redeliver/],
    ['kaa-command', 'tokensType', 'str', /must be one of env, flow, global, jsonata/, { mode: 'receive' }],
    ['kaa-command', 'dynamic', 'perhaps', /must be one of true, false/],
    ['kaa-command', 'statusCodeType', 'bool', /must be one of num, str, msg/, { mode: 'respond' }],
    ['kaa-command', 'reasonPhraseType', 'bool', true, { mode: 'receive' }],
    ['kaa-config', 'mode', 'listen', /must be one of observe, get, applied/],
    ['kaa-config', 'emit', 'never', /must be one of always, changed/],
    ['kaa-config', 'autoApply', false, true],
    ['kaa-config', 'autoApply', 'perhaps', /must be one of true, false/],
    ['kaa-config', 'tokensType', 'json', /must be one of env/, {}],
    ['kaa-ota', 'mode', 'listen', /must be one of observe, get, applied/],
    ['kaa-ota', 'currentVersionType', 'num', /must be one of str, env/],
    ['kaa-ota', 'tokensType', 'str', /must be one of env/, { mode: 'observe' }],
  ] as const) {
    it(`${type}.${property} = ${JSON.stringify(value)?.slice(0, 80)}${node === undefined ? '' : ` in ${JSON.stringify(node)}`}: ${String(message)}`, async () => {
      const shown = await editor().verdict(type, property, value, node);
      if (message === true) assert.equal(shown, true);
      else {
        assert.equal(typeof shown, 'string');
        assert.match(String(shown), message);
      }
    });
  }

  for (const type of flowNodeTypes) {
    it(`${type} needs an endpoint`, async () => {
      assert.match(String(await editor().verdict(type, 'endpoint', '')), /choose an endpoint/);
      assert.equal(await editor().verdict(type, 'endpoint', 'endpoint'), true);
    });

    it(`the help of ${type} is shown`, async () => {
      const help = String(await editor().page.evaluate(`RED.nodes.getNodeHelp(${JSON.stringify(type)})`));
      assert.match(help, /<h3>Details<\/h3>/);
      assert.match(help, /KAA_REJECTED/);
    });
  }

  it('whoever uses an endpoint with a wrong setting is told so', async () => {
    const verdictWith = (properties: string): Promise<unknown> =>
      editor().page.evaluate(`(() => {
          RED.nodes.import([{ id: 'other', type: 'kaa-endpoint', ${properties} }]);
          const { valid, d } = RED.nodes.node('other');
          const verdict = RED.nodes.getType('kaa-ota').defaults.endpoint.validate.call({}, 'other', {});
          RED.nodes.remove('other');
          return verdict;
        })()`);
    assert.equal(await verdictWith("url: 'mqtts://host'"), true);
    assert.match(String(await verdictWith("url: 'http://host'")), /has a wrong setting: open it/);
    assert.match(String(await verdictWith("url: 'mqtts://host', d: true")), /missing or disabled/);
  });

  describe('the topic at the foot of a dialog', () => topicCases(editor));

  describe('new and saved ones', () => savedNodeCases(editor));
});
