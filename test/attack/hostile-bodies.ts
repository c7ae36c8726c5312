/** Bodies that no honest platform sends, and topics to send them to. */
import { type Resource, type ResourceKey, resourcePath, resources } from '../../src/protocol/resources.ts';
import { gateway, ownToken } from './target.ts';

/** Texts of JSON in place of what is expected. */
const wrongValues = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e308',
  '1e400',
  '-0',
  '9007199254740993',
  '123456789012345678901234567890',
  '""',
  '"7"',
  '"NaN"',
  '"__proto__"',
  '"\\u0000\\ud800"',
  '[]',
  '[[]]',
  '{}',
  '[{}]',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toString":1,"valueOf":1,"hasOwnProperty":1,"length":-1,"then":1,"toJSON":1}',
];

/** Bodies with one place, written as `?`. */
const places: readonly string[] = [
  '?',
  '[?]',
  '[{"id":?}]',
  '[{"id":?},{"id":?}]',
  '[{"id":11,"payload":?}]',
  '[{"id":12},?,{"id":13}]',
  '[{"id":14,"__proto__":?}]',
  '{"configId":?}',
  '{"configId":?,"config":{"a":1}}',
  '{"configId":"a","config":?}',
  '{"configId":"b","config":{},"statusCode":?}',
  '{"configId":"c","config":{},"reasonPhrase":?}',
  '{"configId":"d","config":{},"id":?}',
  '{"token":?}',
  '{"statusCode":?}',
  '{"statusCode":?,"reasonPhrase":?}',
  '{"statusCode":500,"reasonPhrase":?}',
  '{"__proto__":?}',
  '{"a":?}',
];

const deep = 100_000;

/** What cannot be read, or is read as something strange. */
const strange: readonly (Buffer | string)[] = [
  '',
  ' ',
  'NaN',
  'Infinity',
  '-',
  '{',
  '[1,]',
  'undefined',
  '\ufeff[]',
  '\u0000',
  '{"id":1,"id":2}',
  '[{"id":1e999}]',
  '[{"id":15},{"id":15},{"id":15,"payload":1}]',
  `${'['.repeat(deep)}${']'.repeat(deep)}`,
  '['.repeat(deep),
  `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
  `[{"id":16,"payload":${'['.repeat(deep)}${']'.repeat(deep)}}]`,
  `{"configId":"deep","config":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}}`,
  `{"statusCode":500,"reasonPhrase":${'['.repeat(deep)}${']'.repeat(deep)}}`,
  Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
  Buffer.concat([Buffer.from('[{"id":17,"payload":"'), Buffer.from([0xed, 0xa0, 0x80, 0xc0]), Buffer.from('"}]')]),
  Buffer.concat([Buffer.from('{"configId":"'), Buffer.from([0x80, 0xff]), Buffer.from('","config":1}')]),
];

export const bodies: readonly (Buffer | string)[] = [
  ...places.flatMap((place) => wrongValues.map((value) => place.replaceAll('?', value))),
  ...strange,
];

const names = ['reboot', 'limits', '__proto__', 'constructor', 'toString', 'status', 'error', 'x', 'a b', '$SYS'];

const addresses: readonly (readonly [appVersion: string, token: string])[] = [
  ['v1', ownToken],
  ...gateway.map(({ appVersion, token }) => [appVersion, token] as const),
];

const rows = Object.entries(resources) as readonly [ResourceKey, Resource][];

function pathsOf(resource: Resource): readonly string[] {
  const named = resource.name === undefined ? [] : names.map((name) => resourcePath(resource, name));
  return resource.name?.required === true ? named : [resource.path, ...named];
}

/** Topics of all resources of the endpoints that are served, as pushes and as errors without request. */
export const servedTopics: readonly string[] = addresses.flatMap(([appVersion, token]) =>
  rows.flatMap(([, resource]) =>
    pathsOf(resource).flatMap((path) =>
      ['status', 'error', '1/status', '1/error'].map(
        (end) => `kp1/${appVersion}/${resource.extension}/${token}/${path}/${end}`,
      ),
    ),
  ),
);

const command = `kp1/v1/cex/${ownToken}/command`;

/** Topics that no honest platform publishes to. */
export const strangeTopics: readonly (Buffer | string)[] = [
  'kp1',
  'kp1/',
  '/',
  '//',
  '/kp1/v1/cex',
  'kp1//cex//command//status',
  `kp1/v1/cex/${ownToken}`,
  `kp1/v1/cex/${ownToken}/`,
  `${command}/status`,
  `${command}//status`,
  `${command}/reboot`,
  `${command}/reboot/`,
  `${command}/reboot/status/`,
  `${command}/reboot/status/status`,
  `${command}/reboot/error/status`,
  `${command}/reboot/extra/status`,
  `${command}/5/status`,
  `${command}/5/5/status`,
  `${command}/a\u0001b/status`,
  `${command}/a\nb/status`,
  `${command}/a\u007fb\u009f/status`,
  `${command}/\u202e\u2028/status`,
  ...['0', '-1', '00', '1.5', '1e3', '+1', '2147483648', '9'.repeat(400), '0x10', 'NaN'].map((id) =>
    `${command}/reboot/${id}/status`.replaceAll('+', '%2b'),
  ),
  `kp1/v2/cex/${ownToken}/command/reboot/status`,
  `kp1/__proto__/cex/${ownToken}/command/reboot/status`,
  `kp1/v1/cex/__proto__/command/reboot/status`,
  `kp1/v1/__proto__/${ownToken}/command/reboot/status`,
  `kp1/v1/dcx/${ownToken}/command/reboot/status`,
  'kp1/v1/cex/another-token/command/reboot/status',
  `kp1/v1/cex/${ownToken.toUpperCase()}/command/reboot/status`,
  `kp2/v1/cex/${ownToken}/command/reboot/status`,
  `kp1/${'a/'.repeat(10_000)}status`,
  `kp1/v1/cex/${ownToken}/command/${'x'.repeat(60_000)}/status`,
  `kp1/v1/cex/${ownToken}/${'command/'.repeat(5000)}status`,
  Buffer.concat([Buffer.from(`${command}/`), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('/status')]),
  Buffer.from([0xff, 0xfe, 0xfd]),
  '',
];
