package io.ostinato.libraries;

import ai.djl.pytorch.engine.PtGradientCollector;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether operations of a thread are recorded for a backward pass. PyTorch records by default, and
 * DJL turns that off only for the thread that loads the engine. {@link #close} restores the mode,
 * on the same thread.
 */
public final class GradientMode implements AutoCloseable {
  private static final String FLAG = "isCollecting";

  private final boolean before;

  private GradientMode(boolean before) {
    this.before = before;
  }

  /** Turns recording off for this thread, until closed. */
  public static GradientMode off() {
    GradientMode mode = new GradientMode(JniUtils.isGradMode());
    JniUtils.setGradMode(false);
    return mode;
  }

  /**
   * Whether a gradient collector is open in this process, of which DJL allows only one.
   *
   * @throws IllegalStateException if this version of DJL keeps that elsewhere
   */
  public static boolean isCollecting() {
    return flag().get();
  }

  /**
   * Closes a gradient collector that was opened on this thread since {@link #off} and is still
   * open.
   *
   * @return whether there was one
   */
  public boolean closeCollector() {
    boolean left = JniUtils.isGradMode();
    if (left) {
      JniUtils.setGradMode(false);
      flag().set(false);
    }
    return left;
  }

  @Override
  public void close() {
    JniUtils.setGradMode(before);
  }

  private static AtomicBoolean flag() {
    try {
      Field field = PtGradientCollector.class.getDeclaredField(FLAG);
      field.setAccessible(true);
      return (AtomicBoolean) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of DJL keeps the state of its gradient collector elsewhere; use the version"
              + " that Ostinato is built with",
          e);
    }
  }
}
