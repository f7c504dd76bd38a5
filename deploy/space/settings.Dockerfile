
# What a Space of Hugging Face needs beside the image: it is shown in a frame, below a proxy of theirs, to anybody.
ENV PORT=7860 \
    MNIST_LAB_PROFILE=public \
    MNIST_LAB_FRAME_ANCESTORS=https://huggingface.co \
    MNIST_LAB_TRUSTED_PROXIES=10.0.0.0/8
