import assert from 'node:assert/strict';
import { isKnownVersion, migrate, presentVersion } from '../../src/protocol/saved-nodes.ts';

describe('saved nodes', () => {
  for (const [type, written, present] of [
    ['kaa-endpoint', { url: 'mqtt://host' }, { url: 'mqtt://host', qos: 'auto', outboxOverflow: 'reject' }],
    ['kaa-endpoint', { qos: 0 }, { qos: '0', outboxOverflow: 'reject' }],
    [
      'kaa-telemetry',
      {},
      {
        format: 'json',
        metric: 'topic',
        metricType: 'msg',
        delivery: 'confirmed',
        timestamp: 'none',
        timestampField: 'timestamp',
      },
    ],
    [
      'kaa-telemetry',
      { format: 'plain', metric: '', metricType: 'str', delivery: 'sent', timestamp: 'iso', timestampField: 't' },
      { format: 'plain', metric: 'topic', metricType: 'msg', delivery: 'sent', timestamp: 'iso', timestampField: 't' },
    ],
    ['kaa-metadata', { endpoint: 'e' }, { endpoint: 'e', operation: 'updateKeys' }],
    ['kaa-metadata', { endpoint: 'e', operation: 'get' }, { endpoint: 'e', operation: 'get' }],
    [
      'kaa-command',
      { dynamic: 'true' },
      {
        mode: 'receive',
        afterRestart: 'fail',
        statusCodeType: 'num',
        reasonPhraseType: 'str',
        tokensType: 'env',
        dynamic: true,
      },
    ],
    [
      'kaa-config',
      { mode: null, autoApply: 'false', dynamic: '' },
      { mode: 'observe', emit: 'always', autoApply: false, tokensType: 'env', dynamic: false },
    ],
    ['kaa-ota', {}, { mode: 'observe', currentVersionType: 'str', tokensType: 'env', dynamic: false }],
    ['kaa-blob-token', {}, { output: 'payload' }],
    ['kaa-simulator', {}, { mode: 'kpc' }],
  ] as const) {
    it(`${type} of version 0 with ${JSON.stringify(written)} gets what is absent`, () => {
      assert.deepEqual(migrate(type, written), { ...present, configVersion: 1 });
    });
  }

  it("what Kaa's own node of the same name does is not taken for an operation of ours", () => {
    assert.deepEqual(migrate('kaa-metadata', { operation: 'publish' }), { operation: 'updateKeys', configVersion: 1 });
  });

  it('a node of ours that has lost its endpoint goes on doing what it did', () => {
    assert.equal(migrate('kaa-metadata', { operation: 'get' })?.['operation'], 'get');
  });

  it('a variable stays one', () => {
    assert.equal(migrate('kaa-config', { autoApply: '${APPLY}' })?.['autoApply'], '${APPLY}');
  });

  it('a node of the present version stays as it is, whatever it lacks', () => {
    assert.equal(presentVersion('kaa-command'), 1);
    for (const configVersion of [1, '1']) {
      assert.deepEqual(migrate('kaa-command', { mode: 'respond', configVersion }), {
        mode: 'respond',
        configVersion: 1,
      });
    }
  });

  it('what is given is not changed in place', () => {
    const written = Object.freeze({ qos: 1 });
    migrate('kaa-endpoint', written);
    assert.deepEqual(written, { qos: 1 });
  });

  for (const configVersion of [2, '2', -1, 0.5, 'x', true]) {
    it(`version ${JSON.stringify(configVersion)} is not known`, () => {
      assert.equal(isKnownVersion('kaa-ota', { configVersion }), false);
      assert.equal(migrate('kaa-ota', { configVersion }), undefined);
    });
  }
});
