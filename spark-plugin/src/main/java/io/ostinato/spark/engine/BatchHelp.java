package io.ostinato.spark.engine;

/** How the batches of a task can be run by another thread as well. */
interface BatchHelp {
  BatchHelp NONE =
      new BatchHelp() {
        @Override
        public boolean isPossible() {
          return false;
        }

        @Override
        public OpenRunner open() {
          throw new IllegalStateException("no help is possible");
        }
      };

  /** Runs batches; used by one thread, from opening to closing. */
  interface OpenRunner extends BatchPipeline.Runner, AutoCloseable {
    @Override
    void close();
  }

  /** Whether batches can be run by a helper now; called by any thread, and must not wait. */
  boolean isPossible();

  /** Opens a helper, on its thread. */
  OpenRunner open() throws InterruptedException;
}
