// Takes a member into a board: its owner's right alone.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  const member = ctx.args.member.trim(); // a pattern's $ would let a newline pass
  if (!util.matches('^[A-Za-z0-9-]{1,64}$', member)) {
    util.error('member: must be 1 to 64 letters, digits or hyphens', 'BadRequest', null, { field: 'member' });
  }
  ctx.stash.board_id = ctx.args.board_id;
  ctx.stash.owner_only = true;
  ctx.stash.member = member;
  return {};
}

export function response(ctx) {
  return ctx.prev.result;
}
