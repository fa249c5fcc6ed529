// A board of the caller's own, made once however often it is asked for.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  const input = ctx.args.input;
  const board_id = input.board_id.trim(); // a pattern's $ would let a newline pass
  const title = input.title.trim();
  if (!util.matches('^[a-z0-9-]{8,40}$', board_id)) {
    util.error('board_id: must be 8 to 40 lower-case letters, digits or hyphens', 'BadRequest', null, { field: 'board_id' });
  }
  if (title.length < 1 || title.length > 100) {
    util.error('title: must be 1 to 100 characters', 'BadRequest', null, { field: 'title' });
  }
  ctx.stash.board_id = board_id;
  ctx.stash.title = title;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
