package io.ostinato.spark.image;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.image.ImageForm.Colors;

/** Orders the channels. Decoded images are RGB. */
@Kind(name = "channel_order", value = "Orders the channels; decoded images are RGB.")
record ChannelOrder(@Key("The order.") Order order) implements PixelStep {

  /** An order of the colours. */
  enum Order {
    RGB(Colors.RGB),
    BGR(Colors.BGR);

    private final Colors colors;

    Order(Colors colors) {
      this.colors = colors;
    }
  }

  @Override
  public ImageForm afterPixels(ImageForm before) {
    if (before.colors() != Colors.RGB) {
      throw new IllegalArgumentException(
          "channel_order needs an RGB image; given: " + before.colors());
    }
    return before.colors(order.colors);
  }

  @Override
  public Pixels apply(Pixels image) {
    if (order == Order.RGB) {
      return image;
    }
    Pixels result = image.blank(image.height(), image.width());
    byte[] in = image.samples();
    for (int i = 0; i < in.length; i += 3) {
      result.samples()[i] = in[i + 2];
      result.samples()[i + 1] = in[i + 1];
      result.samples()[i + 2] = in[i];
    }
    return result;
  }
}
