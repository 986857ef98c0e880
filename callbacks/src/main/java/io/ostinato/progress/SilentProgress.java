package io.ostinato.progress;

/** Shows nothing. */
enum SilentProgress implements Progress {
  INSTANCE;

  @Override
  public void update(long done, String message) {}

  @Override
  public void close() {}
}
