package io.ostinato.libraries;

import ai.djl.engine.EngineException;
import io.ostinato.libraries.DeviceSteps.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Makes the steps on a device of this process fail, in tests. Closing it removes the trap. */
public final class DeviceTraps implements AutoCloseable {
  /** What PyTorch says if a GPU's memory is full. */
  public static final String FULL =
      "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 15.77 GiB of"
          + " which 12.19 MiB is free.";

  /** What PyTorch says if the memory of the host is full. */
  public static final String FULL_HOST =
      "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you"
          + " tried to allocate 20971520 bytes. Error code 12 (Cannot allocate memory)";

  /** What PyTorch says if a kernel has corrupted the context of its process. */
  public static final String BROKEN =
      "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be"
          + " asynchronously reported at some other API call, so the stacktrace below might be"
          + " incorrect.";

  private final AtomicInteger sprung = new AtomicInteger();
  private final Map<Thread, List<Step>> steps = new ConcurrentHashMap<>();

  private DeviceTraps() {}

  /** A device on which nothing fails, and whose {@link #steps} are recorded. */
  public static DeviceTraps recording() {
    DeviceTraps traps = new DeviceTraps();
    DeviceSteps.trap(
        (step, size) ->
            traps.steps.computeIfAbsent(Thread.currentThread(), t -> new ArrayList<>()).add(step));
    return traps;
  }

  /** A device on which a step takes at least so long. */
  public static DeviceTraps slow(Step step, Duration least) {
    DeviceSteps.trap(
        (each, size) -> {
          long end = System.nanoTime() + least.toNanos();
          while (each == step && System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
          }
        });
    return new DeviceTraps();
  }

  /** A device that has room for only so many rows, in a step. */
  public static DeviceTraps roomFor(long rows, Step step, String message) {
    DeviceTraps traps = new DeviceTraps();
    DeviceSteps.trap(
        (each, size) -> {
          if (each == step && size > rows) {
            throw traps.failure(message);
          }
        });
    return traps;
  }

  /** A device on which a step fails for some times of its next runs, such as the second. */
  public static DeviceTraps at(Step step, String message, Integer... times) {
    DeviceTraps traps = new DeviceTraps();
    List<Integer> failing = new ArrayList<>(List.of(times));
    AtomicLong runs = new AtomicLong();
    DeviceSteps.trap(
        (each, size) -> {
          if (each == step && failing.contains((int) runs.incrementAndGet())) {
            throw traps.failure(message);
          }
        });
    return traps;
  }

  /** How often a step has failed. */
  public int sprung() {
    return sprung.get();
  }

  /** The steps of each thread, in their order. */
  public Map<Thread, List<Step>> steps() {
    return steps;
  }

  private EngineException failure(String message) {
    sprung.incrementAndGet();
    return new EngineException(message);
  }

  @Override
  public void close() {
    DeviceSteps.trap(null);
  }
}
