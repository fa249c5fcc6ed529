// A page of a board's cards. The board is the field's source: whoever got it may read its cards.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  const limit = ctx.args.limit ?? 50;
  if (limit < 1 || limit > 100) util.error('limit: must be from 1 to 100', 'BadRequest', null, { field: 'limit' });
  ctx.stash.board_id = ctx.source.board_id;
  ctx.stash.limit = limit;
  ctx.stash.next_token = ctx.args.next_token;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
