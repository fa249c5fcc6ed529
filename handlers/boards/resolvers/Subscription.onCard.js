// Runs once, when a client subscribes: who may not read the board is refused. Cards come from the mutations themselves.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) util.unauthorized();
  ctx.stash.board_id = ctx.args.board_id;
  return {};
}

export function response(ctx) {
  return null;
}
