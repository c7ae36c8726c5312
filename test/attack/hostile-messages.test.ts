/** Whatever a flow sends into the nodes: each message has one outcome, and nothing goes where it does not belong. */
import assert from 'node:assert/strict';
import { nameProblem } from '../../src/protocol/names.ts';
import { findResource } from '../../src/protocol/resources.ts';
import { parseTopic } from '../../src/protocol/topic.ts';
import { type FlowNode } from '../support/node-red.ts';
import { takerNames, Target } from './target.ts';

/** What a property may be; code of a function node, because most of it cannot be told as JSON. */
const hostileValues = `({
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  minusOne: () => -1,
  fraction: () => 1.5,
  nan: () => NaN,
  infinity: () => Infinity,
  huge: () => 1e300,
  bigint: () => 10n ** 50n,
  smallBigint: () => 7n,
  symbol: () => Symbol('s'),
  function: () => () => 1,
  class: () => class Hostile {},
  empty: () => '',
  blank: () => ' ',
  digits: () => '12345',
  plus: () => '+',
  hash: () => '#',
  slash: () => '/',
  path: () => 'a/b/../../#',
  leading: () => '/kp1/v1/dcx/other/json',
  wildcard: () => 'a+b#c',
  dot: () => 'a.b',
  nul: () => 'a\\u0000b',
  lines: () => 'a\\r\\nb',
  control: () => 'a\\u0001\\u007f\\u009fb',
  surrogate: () => 'a\\ud800b',
  separator: () => 'a\\u2028b\\u202e',
  nonCharacter: () => 'a\\ufffeb\\uffff',
  long: () => 'x'.repeat(100000),
  wide: () => '\\u{1f600}'.repeat(2000),
  status: () => 'status',
  error: () => 'error',
  proto: () => '__proto__',
  constructor: () => 'constructor',
  toString: () => 'toString',
  dollar: () => '$SYS',
  array: () => [],
  nested: () => [[[]]],
  holes: () => new Array(10),
  many: () => new Array(15e4).fill(0),
  object: () => ({}),
  withProto: () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  noPrototype: () => Object.assign(Object.create(null), { a: 1 }),
  frozen: () => Object.freeze({ a: Object.freeze([1]) }),
  circular: () => { const o = { a: {} }; o.a.o = o; return o; },
  deep: () => { let o = {}; for (let i = 0; i < 30000; i += 1) o = { o }; return o; },
  deepArray: () => { let o = []; for (let i = 0; i < 30000; i += 1) o = [o]; return o; },
  getter: () => ({ get a() { throw new Error('getter'); } }),
  getterNull: () => ({ get a() { throw null; } }),
  getterOdd: () => ({ get a() { throw { toString() { throw 1; }, get message() { throw 2; } }; } }),
  badToString: () => ({ toString() { throw new Error('toString'); }, valueOf() { throw new Error('valueOf'); } }),
  badPrimitive: () => ({ [Symbol.toPrimitive]() { throw new Error('toPrimitive'); } }),
  badToJson: () => ({ toJSON() { throw new Error('toJSON'); } }),
  endlessToJson: () => { const o = { toJSON: () => ({ toJSON: o.toJSON }) }; return o; },
  proxy: () => new Proxy({}, { get() { throw new Error('get'); }, ownKeys() { throw new Error('ownKeys'); }, has() { throw new Error('has'); } }),
  revoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
  endlessProxy: () => { const p = new Proxy({}, { get: (t, k) => (typeof k === 'string' ? p : undefined), ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) }); return p; },
  prototypeTrap: () => new Proxy({}, { getPrototypeOf() { throw new Error('getPrototypeOf'); } }),
  arrayProxy: () => new Proxy([], { get: (t, k) => (k === 'length' ? 1e4 : t[k]) }),
  thenable: () => ({ then(resolve) { resolve(1); } }),
  rejecting: () => ({ then(_resolve, reject) { reject(new Error('then')); } }),
  promise: () => Promise.resolve(1),
  error_: () => Object.assign(new Error('x'), { get code() { return 1; } }),
  map: () => new Map([['a', 1]]),
  set: () => new Set([1]),
  weakMap: () => new WeakMap(),
  date: () => new Date(0),
  badDate: () => new Date(NaN),
  regexp: () => /x/g,
  bytes: () => Buffer.from('abc'),
  typedArray: () => new Float64Array([NaN, 1]),
  arrayBuffer: () => new ArrayBuffer(8),
  shared: () => new SharedArrayBuffer(8),
  boxed: () => new String('a/b'),
  boxedNumber: () => Object(1n),
  stringLike: () => ({ length: 5, split() { throw new Error('split'); }, trim() { throw new Error('trim'); } }),
  generator: () => (function* () { yield 1; })(),
})`;

/** Throws what is no error, or an error that throws when it is looked at. */
const hostileThrows = `({
  null: () => { throw null; },
  undefined: () => { throw undefined; },
  symbol: () => { throw Symbol('s'); },
  oddObject: () => { throw { toString() { throw 1; } }; },
  error: () => { throw new Error('x'); },
  messageThrows: () => { throw Object.defineProperty(new HostError('x'), 'message', { get() { throw new Error('message'); } }); },
  stackThrows: () => { throw Object.defineProperty(new HostError('x'), 'stack', { get() { throw new Error('stack'); } }); },
  codeThrows: () => { throw Object.defineProperty(new HostError('x'), 'code', { get() { throw new Error('code'); } }); },
  causeThrows: () => { throw Object.defineProperty(new HostError('x'), 'cause', { enumerable: true, get() { throw new Error('cause'); } }); },
  proxy: () => { throw new Proxy({}, { getPrototypeOf() { throw new Error('getPrototypeOf'); } }); },
  errorProxy: () => { throw new Proxy(new HostError('x'), { get() { throw new Error('get'); } }); },
  revoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; },
})`;

const thrownNames = [
  'null',
  'undefined',
  'symbol',
  'oddObject',
  'error',
  'messageThrows',
  'stackThrows',
  'codeThrows',
  'causeThrows',
  'proxy',
  'errorProxy',
  'revoked',
] as const;

const properties = [
  'payload',
  'topic',
  'token',
  'appVersion',
  'command',
  'commandId',
  'configId',
  'configName',
  'version',
  'operation',
  'action',
  'filename',
  'refresh',
  'statusCode',
  'reasonPhrase',
  'error',
  'kaa',
] as const;

/**
 * Sends one message after the other, waits for its outcome, and tells what had none or more than one. `HostError` is the
 * class of errors outside of the realm of function nodes.
 */
const attackCode = `
  const takers = ${JSON.stringify(takerNames)};
  const values = ${hostileValues};
  const box = global.get('box');
  const HostError = box.HostError;
  const throws = ${hostileThrows};
  const { property, thrown } = msg.payload;
  const properties = ${JSON.stringify(properties)};
  const good = () => ({
    payload: { a: 1 }, topic: 'metric', operation: 'update', command: 'reboot', commandId: box.next(), configId: 'a',
    version: 'a', action: 'observe', filename: 'a.bin', token: 'press-secret-token' });
  const failing = (name, get) => Object.defineProperty(good(), name, { get, set() {}, enumerable: true, configurable: true });
  const cases = thrown === undefined
    ? Object.entries(values).map(([name, value]) => [name, () => Object.assign(good(), { [property]: value() })])
    : properties.map((name) => [name, () => failing(name, throws[thrown])]);
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const earlier = Object.values(box.outcomes).reduce((sum, count) => sum + count, 0);
  const wrong = [];
  let sent = 0;
  for (const [name, make] of cases) {
    await Promise.all(takers.map(async (taker, index) => {
      const before = box.outcomes[taker] ?? 0;
      const message = make();
      const outputs = new Array(takers.length).fill(null);
      outputs[index] = message;
      try {
        node.send(outputs, false);
      } catch {
        // Node-RED itself cannot hand it on.
        return;
      }
      sent += 1;
      const end = Date.now() + 6000;
      while ((box.outcomes[taker] ?? 0) === before && Date.now() < end) await wait(1);
      if (box.outcomes[taker] !== before + 1) wrong.push(name + ' into ' + taker + ': ' + ((box.outcomes[taker] ?? 0) - before) + ' outcomes');
    }));
  }
  await wait(50);
  const outcomes = takers.map((taker) => box.outcomes[taker] ?? 0).reduce((sum, count) => sum + count, 0) - earlier;
  const untyped = box.strange.splice(0);
  return [...takers.map(() => null), { req: msg.req, res: msg.res, payload: { sent, wrong, outcomes, untyped } }];`;

const countCode = (source: string): string => `
  const { outcomes, strange } = global.get('box');
  const id = ${source};
  outcomes[id] = (outcomes[id] ?? 0) + 1;
  const error = msg.error;
  // What this says is no failure of what the node did.
  const known = /^KAA_/.test(error?.code) || /Node-RED cannot copy it/.test(error?.message);
  if (error?.source && !known && strange.length < 10) strange.push(id + ': ' + error.message.slice(0, 150));`;

const place = { z: 'tab', x: 0, y: 0 };

/** Outcomes by node: a complete node per node, because a message that completes does not tell of whom. */
const nodes: readonly FlowNode[] = [
  { id: 'in-attack', type: 'http in', url: '/attack', method: 'post', wires: [['attack']], ...place },
  {
    id: 'attack',
    type: 'function',
    func: attackCode,
    outputs: takerNames.length + 1,
    wires: [...takerNames, 'answer'].map((id) => [id]),
    ...place,
  },
  ...takerNames.flatMap((id) => [
    { id: `complete-${id}`, type: 'complete', scope: [id], wires: [[`completed-${id}`]], ...place },
    { id: `completed-${id}`, type: 'function', func: countCode(`'${id}'`), outputs: 0, wires: [], ...place },
  ]),
  { id: 'catch-all', type: 'catch', scope: takerNames, wires: [['caught-all']], ...place },
  { id: 'caught-all', type: 'function', func: countCode('msg.error.source.id'), outputs: 0, wires: [], ...place },
];

interface Report {
  readonly sent: number;
  readonly wrong: readonly string[];
  readonly outcomes: number;
  readonly untyped: readonly string[];
}

describe('hostile messages of a flow', () => {
  let target: Target;

  before(async function install() {
    this.timeout(120_000);
    target = await Target.start({
      nodes,
      more: 'HostError: Error, outcomes: {}, strange: [], last: 1000, next: () => (box.last += 1),',
    });
  });

  after(async () => {
    await target.close();
  });

  beforeEach(async function restart() {
    this.timeout(30_000);
    if (target.nodeRed.running) return;
    await target.nodeRed.run();
    await target.settled();
  });

  async function attack(what: { property: string } | { thrown: string }): Promise<Report> {
    const response = await fetch(`${target.nodeRed.url}/attack`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(what),
    });
    return (await response.json()) as Report;
  }

  for (const property of properties) {
    it(`msg.${property} of any kind: one outcome for each message, every error is typed`, async () => {
      const { sent, wrong, outcomes, untyped } = await attack({ property });
      assert.ok(sent > 1000);
      assert.deepEqual([wrong, untyped], [[], []]);
      assert.equal(outcomes, sent);
    }).timeout(60_000);
  }

  for (const thrown of thrownNames) {
    it(`a property whose getter throws (${thrown}): one outcome for each message`, async () => {
      const { sent, wrong, outcomes } = await attack({ thrown });
      assert.ok(sent > 100);
      assert.deepEqual(wrong, []);
      assert.equal(outcomes, sent);
    }).timeout(60_000);
  }

  it('nothing was published outside of kp1/{app}/{ext}/{token}/, and good traffic works', async () => {
    const misplaced = target.server.published.filter(({ topic }) => !isInPlace(topic)).map(({ topic }) => topic);
    assert.deepEqual(misplaced, []);
    await target.works();
  });
});

/** A request to a resource of the API, whose names could not be taken for anything else. */
function isInPlace(text: string): boolean {
  const topic = parseTopic(text);
  if (topic?.kind !== 'request') return false;
  const match = findResource(topic.extension, topic.path);
  if (match === undefined) return false;
  const named = match.resource.name !== undefined && match.name !== '';
  return (
    nameProblem('token', topic.token) === undefined &&
    nameProblem('appVersion', topic.appVersion) === undefined &&
    (!named || nameProblem('metric', match.name) === undefined)
  );
}
