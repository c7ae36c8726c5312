/** Properties of the nodes that are one of several words, the first being the default. No imports: the browser uses it too. */

/** A literal would export secrets. */
const tokensType = ['env', 'flow', 'global', 'jsonata'] as const;

const resultType = ['num', 'str', 'msg', 'flow', 'global', 'env', 'jsonata'] as const;

export const choices = {
  'kaa-endpoint': {
    qos: ['auto', '0', '1'],
    outboxOverflow: ['reject', 'drop-oldest'],
  },
  'kaa-telemetry': {
    format: ['json', 'plain'],
    metricType: ['msg', 'str', 'flow', 'global', 'env', 'jsonata'],
    delivery: ['confirmed', 'sent', 'stored'],
    timestamp: ['none', 'epoch', 'iso'],
  },
  'kaa-metadata': {
    operation: ['updateKeys', 'update', 'get', 'getKeys', 'deleteKeys', 'msg'],
  },
  'kaa-command': {
    mode: ['receive', 'respond'],
    afterRestart: ['fail', 'redeliver'],
    statusCodeType: resultType,
    reasonPhraseType: resultType,
    tokensType,
  },
  'kaa-config': {
    mode: ['observe', 'get', 'applied'],
    emit: ['always', 'changed'],
    tokensType,
  },
  'kaa-ota': {
    mode: ['observe', 'get', 'applied'],
    currentVersionType: ['str', 'env', 'flow', 'global', 'jsonata'],
    tokensType,
  },
  'kaa-blob-token': {
    output: ['payload', 'request'],
  },
  'kaa-simulator': {
    mode: ['kpc', 'broker'],
  },
} as const;
