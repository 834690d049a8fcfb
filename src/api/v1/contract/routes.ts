import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { inputOf } from './input.js';
import type { Shape } from './fields.js';
import { type Operation, operationKey } from './operation.js';

/** A route of this API, as its handler declares it. */
export interface Route {
  /** The handler's name, which is the operation's id. */
  id: string;
  method: string;
  /** As OpenAPI writes it: `/api/v1/applications/{id}`. */
  path: string;
  parameters: string[];
  operation: Operation;
  body?: Shape;
  query?: Shape;
}

// The numbers of Nest's RequestMethod.
const methods = ['get', 'post', 'put', 'delete', 'patch'];

/** Every handler with an `Operation`, read from the code: what the document and the tests go by. */
@Injectable()
export class Routes {
  private found?: Route[];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  all(): Route[] {
    this.found ??= this.discovery
      .getControllers()
      .flatMap(({ instance, metatype }) => this.routesOf(instance as object, metatype as Shape))
      .sort((a, b) => a.path.localeCompare(b.path) || rank(a) - rank(b));
    return this.found;
  }

  /** The methods that this address takes; none when there is nothing at it. */
  methodsAt(path: string): string[] {
    const parts = path.split('/');
    return this.all()
      .filter((route) => fits(route.path.split('/'), parts))
      .map(({ method }) => method.toUpperCase());
  }

  private routesOf(instance: object, controller: Shape): Route[] {
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    const base = Reflect.getMetadata('path', controller) as string;
    return this.scanner.getAllMethodNames(prototype).flatMap((id) => {
      const handler = prototype[id]!;
      const operation = Reflect.getMetadata(operationKey, handler) as Operation | undefined;
      if (!operation) return [];
      const own = Reflect.getMetadata('path', handler) as string;
      const path = `/${base}/${own}`.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
      return {
        id,
        method: methods[Reflect.getMetadata('method', handler) as number]!,
        path: path.replace(/:(\w+)/g, '{$1}'),
        parameters: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!),
        operation,
        body: inputOf(prototype, id, 'body'),
        query: inputOf(prototype, id, 'query'),
      };
    });
  }
}

function rank({ method }: Route): number {
  return methods.indexOf(method);
}

function fits(template: string[], parts: string[]): boolean {
  return (
    template.length === parts.length &&
    template.every((part, at) => part === parts[at] || part.startsWith('{'))
  );
}
