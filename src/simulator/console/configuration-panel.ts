import { action } from './action.ts';
import { type AssignmentView, describeAssignment } from './applied.ts';
import { element, labelled, suggesting } from './elements.ts';
import { JsonField } from './json-field.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { endpointPath, send } from './request.ts';

/** The name that is chosen for each endpoint, by its token: the draft of its text is for that. */
const names = new Map<string, string>();

/** The configurations of an endpoint, the default one and named ones. */
export function configurationPanel(context: EndpointContext): HTMLElement {
  const { live, scope, token } = context;
  const name = suggesting([], { placeholder: 'the default configuration' });
  const config = new JsonField('Configuration (JSON)', { rows: 8, draft: `configuration of ${token}` });
  const state = element('div');
  name.input.value = names.get(token) ?? '';
  const path = (): string => endpointPath(token, 'config', ...[names.get(token) ?? ''].filter((each) => each !== ''));

  const loader = new Loader(scope, async () => {
    const view = (await send({ method: 'GET', path: path() })) as AssignmentView;
    state.replaceChildren(describeAssignment(view, 'configuration of this name'));
    if (!config.isEdited) config.show(view.configId === '' ? undefined : view.config);
    const found = await send({ method: 'GET', path: endpointPath(token) }).catch(() => undefined);
    const { configNames } = (found ?? { configNames: [] }) as { configNames: readonly string[] };
    name.suggest(configNames.filter((each) => each !== ''));
  });
  const publish = action(context, {
    label: 'Publish',
    request: () => ({ method: 'PUT', path: path(), body: config.require() }),
    done: (answer, { body }) => {
      config.saved(body);
      void loader.run();
      return `published as ${(answer as { configId: string }).configId}`;
    },
  });
  // What is being written stays, whatever name it gets.
  name.input.addEventListener('change', () => {
    names.set(token, name.input.value.trim());
    void loader.run();
  });
  loader.follow(live, (change) => change.what === 'configuration' && change.token === token);
  scope.every(5000, () => void loader.run());
  return element(
    'div',
    { class: 'form' },
    labelled('Name', name.input, 'Empty for the default configuration.'),
    name.list,
    state,
    loader.element,
    config.element,
    publish,
  );
}
