import { action } from './action.ts';
import { type AssignmentView, describeAssignment } from './applied.ts';
import { element, labelled } from './elements.ts';
import { JsonField } from './json-field.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { type ApiRequest, endpointPath, send } from './request.ts';

/** The software of an endpoint: what is assigned and what it says to run. */
export function softwarePanel(context: EndpointContext): HTMLElement {
  const { live, scope, token } = context;
  const path = endpointPath(token, 'software');
  const version = element('input', { type: 'text', placeholder: '1.1.0', spellcheck: 'false', autocomplete: 'off' });
  const config = new JsonField('Specification (JSON)', {
    draft: `software of ${token}`,
    rows: 5,
    hint: 'What the device needs to install it, usually link and checksum.',
  });
  const state = element('div');

  const loader = new Loader(scope, async () => {
    const view = (await send({ method: 'GET', path })) as AssignmentView;
    const installed =
      view.installed === null ? 'The device has not said what it runs.' : `Installed: ${view.installed}`;
    state.replaceChildren(element('p', { 'data-test': 'installed' }, installed), describeAssignment(view, 'software'));
    if (!config.isEdited) config.show(view.configId === '' ? undefined : view.config);
  });
  const request = (): ApiRequest => {
    const text = version.value.trim();
    if (text === '') throw new Error('enter the version');
    return { method: 'PUT', path, body: { version: text, config: config.require() } };
  };
  const assign = action(context, {
    label: 'Assign',
    request,
    done: (_, { body }) => {
      config.saved((body as { config: unknown }).config);
      void loader.run();
      return 'assigned';
    },
  });
  loader.follow(live, (change) => change.what === 'software' && change.token === token);
  scope.every(5000, () => void loader.run());
  return element('div', { class: 'form' }, state, loader.element, labelled('Version', version), config.element, assign);
}
