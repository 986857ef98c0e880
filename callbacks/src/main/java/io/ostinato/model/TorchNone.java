package io.ostinato.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Libtorch's None, which DJL can't create: the result of a small module. The module stays loaded as
 * long as the process. Thread-safe.
 */
final class TorchNone {
  private static final String MODULE = "none.pt";

  private TorchNone() {}

  /** Loaded at first use. */
  private static final class Loaded {
    static final Model MODEL = load();
  }

  /** A new value, which the caller closes. */
  static IValue create() {
    return IValueUtils.runMethod((PtSymbolBlock) Loaded.MODEL.getBlock(), "forward");
  }

  private static Model load() {
    Model model = new TorchScriptFormat().newModel(Device.cpu());
    try (InputStream content = TorchNone.class.getResourceAsStream(MODULE)) {
      if (content == null) {
        throw new IllegalStateException("the resource '%s' is missing".formatted(MODULE));
      }
      new TorchScriptFormat().load(model, content);
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("the resource '%s' is damaged".formatted(MODULE), e);
    }
  }
}
