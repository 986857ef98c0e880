package io.ostinato.jobs.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.UserClass;
import io.ostinato.model.BlockFactory;
import java.util.List;
import java.util.Map;

/** The architecture of a model: a factory of its DJL block, and the shapes of its inputs. */
public sealed interface Architecture extends BlockFactory
    permits Architecture.Mlp,
        Architecture.DigitsCnn,
        Architecture.Resnet18,
        Architecture.TorchScript,
        Architecture.OfClass {

  /** The shape of each input, without the batch dimension. */
  List<Shape> shapes();

  /** The activation function of the hidden layers of an {@link Mlp}. */
  enum Nonlinearity {
    RELU,
    GELU,
    TANH,
    SIGMOID;

    Block block() {
      return switch (this) {
        case RELU -> Activation.reluBlock();
        case GELU -> Activation.geluBlock();
        case TANH -> Activation.tanhBlock();
        case SIGMOID -> Activation.sigmoidBlock();
      };
    }
  }

  /** Fully connected layers. */
  @Kind(name = "mlp", value = "Fully connected layers on flattened rows: (N, …) to (N, outputs).")
  record Mlp(
      @Key("Shape of one row, without the batch dimension.") List<Long> inputShape,
      @Key(value = "Number of units of each hidden layer.", byDefault = "[128]", atLeast = 1)
          List<Integer> hidden,
      @Key(value = "Number of outputs.", atLeast = 1) int outputs,
      @Key(value = "Activation function of the hidden layers.", byDefault = "relu")
          Nonlinearity activation,
      @Key(
              value = "Whether to apply batch normalization to the hidden layers.",
              byDefault = "false")
          boolean batchNorm,
      @Key(value = "Dropout rate of the hidden layers.", byDefault = "0", atLeast = 0, below = 1)
          double dropout)
      implements Architecture {
    public Mlp {
      Shapes.of(inputShape);
    }

    @Override
    public List<Shape> shapes() {
      return List.of(Shapes.of(inputShape));
    }

    @Override
    public Block get() {
      return Layers.mlp(this);
    }
  }

  /** The network of the quickstart. */
  @Kind(
      name = "digits_cnn",
      value = "Convolutional network of the quickstart: (N, 1, 8, 8) to logits (N, 10).")
  record DigitsCnn() implements Architecture {
    @Override
    public List<Shape> shapes() {
      return List.of(DigitsNet.INPUT);
    }

    @Override
    public Block get() {
      return new DigitsNet();
    }
  }

  /** The first layers of a residual network. */
  enum Stem {
    /** A 7 by 7 convolution with stride 2, then pooling: for photographs. */
    LARGE,
    /** A 3 by 3 convolution with stride 1: for small images, about 32 by 32 pixels. */
    SMALL
  }

  /** A residual network. */
  @Kind(
      name = "resnet18",
      value =
          "Residual network of 18 layers (He et al., Deep residual learning for image recognition,"
              + " 2015): images (N, channels, height, width) to logits (N, classes).")
  record Resnet18(
      @Key(value = "Channels, height and width of the images.", byDefault = "[3, 224, 224]")
          List<Long> inputShape,
      @Key(value = "Number of classes.", atLeast = 1) int classes,
      @Key(
              value =
                  "First layers: `large` for photographs, `small` for images of about 32 by 32"
                      + " pixels.",
              byDefault = "large")
          Stem stem,
      @Key(
              value = "Number of filters of the first stage; each later stage doubles it.",
              byDefault = "64",
              atLeast = 1)
          int filters)
      implements Architecture {
    public Resnet18 {
      if (inputShape.size() != 3) {
        throw new IllegalArgumentException(
            "input_shape must be [channels, height, width]; given: " + inputShape);
      }
      Shapes.of(inputShape);
    }

    @Override
    public List<Shape> shapes() {
      return List.of(Shapes.of(inputShape));
    }

    @Override
    public Block get() {
      return Layers.resnet18(this);
    }
  }

  /** A TorchScript module, which can only be evaluated. */
  @Kind(
      name = "torchscript",
      value = "A TorchScript module.",
      refused =
          "a TorchScript module can't be trained: DJL doesn't expose its buffers, such as the"
              + " running statistics of batch normalization, so evaluations would silently differ"
              + " from the model; use a class that creates a DJL block, or train with PyTorch and"
              + " evaluate the checkpoints with 'watch'")
  record TorchScript() implements Architecture {
    @Override
    public List<Shape> shapes() {
      return List.of();
    }

    @Override
    public Block get() {
      throw new UnsupportedOperationException("refused when it is configured");
    }
  }

  /** An architecture of a user's class. */
  @Kind(
      name = "",
      value =
          "A public class on the class path: a DJL `Block` or a `BlockFactory`. Its public"
              + " constructor takes no parameters, or the options as a map.")
  record OfClass(
      String kind,
      @Key("Shape of each input, without the batch dimension.") List<List<Long>> inputShapes,
      @Key(value = "Options for the constructor.", optional = true) Map<String, Object> options)
      implements Architecture, Checked {
    public OfClass {
      inputShapes.forEach(Shapes::of);
    }

    @Override
    public List<Shape> shapes() {
      return inputShapes.stream().map(Shapes::of).toList();
    }

    @Override
    public void check() {
      new UserClass(kind, options).check(List.of(), Block.class, BlockFactory.class);
    }

    @Override
    public Block get() {
      UserClass user = new UserClass(kind, options);
      return BlockFactory.class.isAssignableFrom(user.load(Block.class, BlockFactory.class))
          ? user.create(Map.of(), BlockFactory.class).get()
          : user.create(Map.of(), Block.class);
    }
  }
}
