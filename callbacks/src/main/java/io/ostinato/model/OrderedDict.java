package io.ostinato.model;

import ai.djl.pytorch.jni.IValue;
import ai.djl.util.NativeResource;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a dict of libtorch in its own order, the order of insertion. DJL's {@link
 * IValue#toIValueMap} returns it in the order of hashes, so this class calls the same native method
 * directly. A test detects if another version of the engine doesn't have it.
 */
final class OrderedDict {
  private static final String LIBRARY = "ai.djl.pytorch.jni.PyTorchLibrary";
  private static final MethodHandle ENTRIES;
  private static final MethodHandle VALUE;

  static {
    try {
      Class<?> library = Class.forName(LIBRARY, true, IValue.class.getClassLoader());
      MethodHandles.Lookup inLibrary =
          MethodHandles.privateLookupIn(library, MethodHandles.lookup());
      Object instance = inLibrary.findStaticGetter(library, "LIB", library).invoke();
      ENTRIES =
          inLibrary
              .findVirtual(library, "iValueToMap", MethodType.methodType(long[].class, long.class))
              .bindTo(instance);
      VALUE =
          MethodHandles.privateLookupIn(IValue.class, MethodHandles.lookup())
              .findConstructor(IValue.class, MethodType.methodType(void.class, long.class));
    } catch (Throwable e) { // what a method handle throws
      throw new ExceptionInInitializerError(e);
    }
  }

  private OrderedDict() {}

  /** The values with their keys as names; the caller closes them. */
  static List<TorchOutputs.Part> parts(IValue dict) {
    List<TorchOutputs.Part> parts = new ArrayList<>();
    try {
      long handle = ((NativeResource<Long>) dict).getHandle();
      long[] entries = (long[]) ENTRIES.invoke(handle);
      for (int i = 0; i < entries.length; i += 2) {
        try (IValue key = (IValue) VALUE.invoke(entries[i])) {
          parts.add(new TorchOutputs.Part(text(key), (IValue) VALUE.invoke(entries[i + 1])));
        }
      }
      return parts;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // what a method handle throws
      throw new IllegalStateException(e);
    }
  }

  private static String text(IValue key) {
    if (key.isString()) {
      return key.toStringValue();
    }
    return key.isLong() ? Long.toString(key.toLong()) : key.getType();
  }
}
