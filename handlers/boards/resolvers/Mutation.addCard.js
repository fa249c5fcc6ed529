// A new card on a board of the caller's, made once however often it is asked for.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  const input = ctx.args.input;
  const card_id = input.card_id.trim(); // a pattern's $ would let a newline pass
  const title = input.title.trim();
  const text = input.text ?? '';
  if (!util.matches('^[a-z0-9-]{8,40}$', card_id)) {
    util.error('card_id: must be 8 to 40 lower-case letters, digits or hyphens', 'BadRequest', null, { field: 'card_id' });
  }
  if (title.length < 1 || title.length > 200) {
    util.error('title: must be 1 to 200 characters', 'BadRequest', null, { field: 'title' });
  }
  if (text.length > 4000) util.error('text: must be at most 4000 characters', 'BadRequest', null, { field: 'text' });
  ctx.stash.board_id = input.board_id;
  ctx.stash.card_id = card_id;
  ctx.stash.members_only = true;
  ctx.stash.title = title;
  ctx.stash.text = text;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
