/** What the edit dialogs and the sidebar use of the Node-RED editor and its jQuery. */
declare const RED: {
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  editor: {
    /** The nodes whose dialogs are open. */
    getEditStack(): readonly unknown[];
    editConfig(name: string, type: string, id: string): void;
  };
  utils: {
    validateTypedProperty(value: unknown, type: string): true | string;
    getNodeLabel(node: unknown, fallback: string): string;
  };
  nodes: {
    node(id: string): object | null;
    eachNode(callback: (node: Readonly<Record<string, unknown>>) => void): void;
    eachConfig(callback: (node: Readonly<Record<string, unknown>>) => void): void;
  };
  events: {
    on(event: string, listener: () => void): void;
  };
  comms: {
    subscribe(topic: string, listener: (topic: string, message: unknown) => void): void;
    unsubscribe(topic: string, listener: (topic: string, message: unknown) => void): void;
  };
  sidebar: {
    addTab(options: object): void;
  };
  view: {
    reveal(id: string): void;
  };
  user: {
    hasPermission(permission: string): boolean;
  };
  notify(text: string, options: object): { close(): void };
};

/** A kaa-endpoint node as its dialog has it. */
interface EditedEndpointNode {
  readonly id: string;
  readonly _def: { readonly defaults: object; readonly credentials: object };
}

interface EditorElement {
  val(): unknown;
  val(value: unknown): this;
  is(selector: string): boolean;
  on(event: string, listener: () => void): this;
  prop(name: string, value: boolean): this;
  attr(name: string, value: string): this;
  toggle(visible: boolean): this;
  trigger(event: string): this;
  typedInput(options: object): this;
  autoComplete(options: {
    minLength: number;
    search: (typed: string, done: (found: readonly Completion[]) => void) => void;
  }): this;
  text(text: string): this;
  append(...elements: EditorElement[]): this;
  empty(): this;
}

/** What is offered to complete a text. */
interface Completion {
  readonly value: string;
  readonly label: string;
}

/** A request with the editor's login. */
interface EditorRequest {
  abort(): void;
}

interface RequestOptions {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly contentType?: string;
  readonly data?: string;
  readonly dataType: 'text';
  readonly xhrFields?: {
    readonly onprogress: (event: { readonly currentTarget: { readonly responseText: string } }) => void;
  };
  readonly success: (answer: string) => void;
  readonly error: (refusal: {
    readonly status: number;
    readonly statusText: string;
    readonly responseText: string;
  }) => void;
  readonly complete?: () => void;
}

declare const $: {
  (selector: string): EditorElement;
  ajax(options: RequestOptions): EditorRequest;
};
