// Reads the board and decides what the caller may do. Nothing that comes after it runs for somebody who may not.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: 'board' }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  const board = ctx.result;
  const me = ctx.identity.sub;
  const moderator = (ctx.identity.groups ?? []).includes('moderators');
  const member = board?.owner === me || (board?.members ?? []).includes(me);
  // The same answer for a board that is not there: whether somebody else has one is not told.
  if (!board || !(member || moderator)) util.error('you have no board of this id', 'NotFound', null, { field: 'board_id' });
  if (ctx.stash.owner_only && board.owner !== me) util.unauthorized();
  if (ctx.stash.members_only && !member) util.unauthorized();
  ctx.stash.board = board;
  ctx.stash.is_member = member;
  ctx.stash.is_moderator = moderator;
  return board;
}
