"""Files that people attach: what each one is by its content, pictures drawn anew, and the shelf where they are kept by digest."""
