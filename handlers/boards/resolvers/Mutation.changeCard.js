// A card as it shall be, if it is still as the caller saw it.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  const input = ctx.args.input;
  const title = input.title.trim();
  const text = input.text ?? '';
  if (title.length < 1 || title.length > 200) {
    util.error('title: must be 1 to 200 characters', 'BadRequest', null, { field: 'title' });
  }
  if (text.length > 4000) util.error('text: must be at most 4000 characters', 'BadRequest', null, { field: 'text' });
  ctx.stash.board_id = input.board_id;
  ctx.stash.card_id = input.card_id;
  ctx.stash.version = input.version;
  ctx.stash.title = title;
  ctx.stash.text = text;
  ctx.stash.column = input.column;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
