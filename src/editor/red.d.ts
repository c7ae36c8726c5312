/** What the edit dialogs and the sidebar use of the Node-RED editor and its jQuery. */
declare const RED: {
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  editor: {
    /** The nodes whose dialogs are open. */
    getEditStack(): readonly unknown[];
    editConfig(name: string, type: string, id: string): void;
  };
  nodes: {
    /** Of the flows or the configuration; the editor has several words for none. */
    node(id: string): RedNode | null | undefined;
    eachNode(callback: (node: RedNode) => void): void;
    eachConfig(callback: (node: RedNode) => void): void;
    /** The subflow with an id, which flows have, too. */
    subflow(id: string): object | undefined;
  };
  utils: {
    validateTypedProperty(value: unknown, type: string): true | string;
    getNodeLabel(node: unknown, fallback: string): string;
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
  /** A text may hold markup. */
  notify(message: HTMLElement | string, options: object): { close(): void };
};

/** A kaa-endpoint node as its dialog has it. */
interface EditedEndpointNode {
  readonly id: string;
  readonly _def: { readonly defaults: object; readonly credentials: object };
}

interface RedNode {
  readonly id: string;
  readonly type: string;
  /** The flow that it belongs to, or that a configuration node is limited to. */
  readonly z?: string;
  /** Whether it is disabled. */
  readonly d?: boolean;
  /** False where one of its properties is wrong. */
  readonly valid?: boolean;
  readonly [property: string]: unknown;
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
  prepend(content: EditorElement): this;
  get(index: number): HTMLElement | undefined;
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
