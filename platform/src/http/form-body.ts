import express, { type RequestHandler } from 'express';

/** Reads a body of `application/x-www-form-urlencoded` into `request.body`, plain fields only. */
export function formBody(maximum: string): RequestHandler {
  return express.urlencoded({ extended: false, limit: maximum });
}
